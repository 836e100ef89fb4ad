import { describe, expect, it } from 'vitest';
import type { Sink } from '../../../../src/workers/reader/adapter.js';
import {
  includedFiles,
  missingRequirements,
  unlistedRequirements,
} from '../../../../src/workers/reader/sca/requirements.js';
import { runAdapter } from '../adapters/sink.js';

/** What `requirements.txt` includes, and what was told. */
function follow(texts: Record<string, string>) {
  let included: string[] = [];
  const look = (_: unknown, sink: Sink): void => {
    included = [...includedFiles(sink, new Set(['requirements.txt'])).keys()].sort();
  };
  const told = runAdapter(look, {}, { files: Object.keys(texts), texts });
  return { included, told };
}

describe('requirements files that include others', () => {
  it.each(['gone.txt', '../outside.txt', 'https://example.com/a.txt', '$' + '{HOME}/a.txt', '/etc/a.txt'])(
    'tells one that the tool was not given: %s',
    (target) => {
      const { included, told } = follow({ 'requirements.txt': `a==1\n-r ${target}\n` });
      expect(included).toEqual([]);
      expect(told).toMatchObject([{ type: 'unread', path: 'requirements.txt', reason: 'unsupported' }]);
    },
  );

  it('ends where files include one another, and tells what is missing further down', () => {
    const { included, told } = follow({
      'requirements.txt': '-r requirements/base.txt\n-rrequirements.txt',
      'requirements/base.txt': '--requirement=../requirements.txt\n --requirement more.txt\n-r gone.txt',
      'requirements/more.txt': 'a==1\n#-r nothing.txt\n-c constraints.txt\n',
    });
    expect(included).toEqual(['requirements.txt', 'requirements/base.txt', 'requirements/more.txt']);
    expect(told).toMatchObject([{ path: 'requirements/base.txt' }]);
  });
});

describe('requirements that a tool does not list', () => {
  it.each([
    ['another requirement of the same name', 'flask==1.0; python_version<"3"\nflask>=2.0; python_version>="3"\n', 1],
    ['an archive beside a pin', 'flask==1.0\nflask @ https://example.com/x.whl\n', 1],
    ['nothing else', 'flask==1.0  # pinned\n\n--no-index\n', 0],
  ])('are counted: %s', (_, text, count) => {
    expect(unlistedRequirements(text, ['Flask'])).toBe(count);
  });

  it.each([
    ['the same pin twice', 'flask==1.0; python_version<"3"\nFlask==1.0\n', 0],
    ['a pin with extras', 'flask[async]==1.0\n', 0],
    ['an archive beside a pin', 'flask==1.0\nflask @ https://example.com/x.whl\n', 1],
    ['an archive with extras', 'flask [async]@ https://example.com/x.whl\n', 1],
    ['a range, though the name is listed', 'flask>=1.0\n', 1],
    ['ranges of other forms', 'flask~=1.0\nflask==1.*\nflask==1.0,!=1.1\nflask\nflask<2\n', 5],
    ['pins of other forms', 'flask === 1.0\nflask==1.0;python_version<"3"\nflask == 1.0 --hash=sha256:ab\n', 0],
    ['what a form feed ends a comment before', '# x\fdjango==1.0\n', 1],
    ['what stands behind a comment that ends with a backslash', '# note \\\nevil @ https://example.com/x.whl\n', 1],
    ['an address without a space', '-egit+https://example.com/flask.git\n', 1],
    ['an address behind an option', '--pre -e git+https://example.com/flask.git\n', 1],
    ['an abbreviated option', '--edit ./x\n', 1],
    ['an included file behind an option', '--pre -r hidden.txt\n', 1],
    ['text in another encoding', '# coding: utf-7\n# +AAo-django==1.0\n', 1],
    ['options alone', '-i https://example.com\n--pre --no-index\n-c limits.txt\n# -*- coding: utf-8 -*-\n', 0],
    ['folders and addresses', './flask\n-e .\ngit+https://example.com/flask.git#egg=flask\n', 3],
  ])('are counted where a name is listed once: %s', (_, text, count) => {
    expect(missingRequirements(text, ['Flask']).missing).toBe(count);
  });

  it('are counted in time linear in a line that seems to have many comments', () => {
    const started = performance.now();
    expect(unlistedRequirements(`flask${' #x'.repeat(300_000)}\u2028`, ['flask'])).toBe(0);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
