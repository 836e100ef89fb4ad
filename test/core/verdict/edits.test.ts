import { describe, expect, it } from 'vitest';
import type { Plan } from '../../../src/core/plan/plan.js';
import { judgeEdits } from '../../../src/core/verdict/edits.js';

const rule = (name: string, ...globs: string[]) => [{ name, globs, trackedToo: false }];
const files = (...paths: string[]) =>
  paths.map((text) => ({ path: text.replace(/\*$/, ''), gitBlob: text, tracked: true }));

const edits = (paths: object, before: string[], now: string[]) => {
  const none = { readExclude: [], secretsOnly: [], editDeny: [], editProtected: [], editAllow: [] };
  const found = judgeEdits({ paths: { ...none, ...paths } } as unknown as Plan, files(...before), files(...now));
  return found.map(({ path, change, decision, rule: by }) => `${decision} ${change} ${path} ${by}`);
};

describe('judgeEdits', () => {
  it('sees what was added, changed and removed, and no more', () => {
    const paths = { editDeny: rule('all', '**') };
    expect(edits(paths, ['a', 'b', 'c'], ['a', 'b*', 'd'])).toEqual([
      'denied changed b all',
      'denied removed c all',
      'denied added d all',
    ]);
  });

  it('denies before it protects, and protects before it allows', () => {
    const paths = {
      editDeny: rule('deny', 'a*'),
      editProtected: rule('guard', 'a*', 'b*'),
      editAllow: rule('may', '**'),
    };
    expect(edits(paths, [], ['a1', 'b1', 'c1'])).toEqual(['denied added a1 deny', 'protected added b1 guard']);
  });

  it('names unlisted paths only when the policy lists what may be edited', () => {
    expect(edits({}, [], ['a'])).toEqual([]);
    expect(edits({ editAllow: rule('may', 'b') }, [], ['a', 'b'])).toEqual(['unlisted added a editAllow']);
  });
});
