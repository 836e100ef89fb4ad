import { describe, expect, it } from 'vitest';
import type { Sink } from '../../../../src/workers/reader/adapter.js';
import { includedFiles } from '../../../../src/workers/reader/sca/requirements.js';
import { runAdapter } from '../adapters/sink.js';

/** What `requirements.txt` includes, and what was told. */
function follow(texts: Record<string, string>) {
  let included: string[] = [];
  const look = (_: unknown, sink: Sink): void => {
    included = [...includedFiles(sink, new Set(['requirements.txt']))].sort();
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
