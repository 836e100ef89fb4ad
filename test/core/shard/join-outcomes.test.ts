import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StepOutcome } from '../../../src/core/runtime/outcome.js';
import { joinOutcomes } from '../../../src/core/shard/join-outcomes.js';

const outcome = (more: Partial<StepOutcome> = {}): StepOutcome => ({
  step: 't',
  tool: 't',
  category: 'sast',
  status: 'clean',
  error: null,
  reason: null,
  files: 1,
  findings: 0,
  suppressed: 0,
  unread: [],
  ...more,
});

const FAILED = outcome({ status: 'error', error: { cause: 'crash', message: 'm', remedy: 'r' } });
const FOUND = outcome({ status: 'findings', findings: 3, suppressed: 1 });
const CANCELLED = outcome({ status: 'cancelled', reason: 'the run was cancelled' });

describe('joinOutcomes', () => {
  it('makes an error of one part an error of the step, whatever the others found', () => {
    expect(joinOutcomes([FOUND, CANCELLED, FAILED])).toEqual({ ...FAILED, files: 3 });
  });

  it('makes a cancelled part a cancelled step', () => {
    expect(joinOutcomes([FOUND, CANCELLED])).toEqual({ ...CANCELLED, files: 2 });
  });

  it('adds up what was found', () => {
    expect(joinOutcomes([outcome(), FOUND, FOUND])).toEqual(
      outcome({ status: 'findings', files: 3, findings: 6, suppressed: 2 }),
    );
  });

  it('lists unread files as a reader does, however they were divided', () => {
    const path = fc.constantFrom('a', 'a-b', 'a/b', 'a0', '\ue000', '\u{10000}', 'é');
    const unread = fc.uniqueArray(fc.record({ path, part: fc.nat(3) }), { selector: ({ path: name }) => name });
    fc.assert(
      fc.property(unread, (all) => {
        const of = (part: number) =>
          outcome({
            unread: all
              .filter((one) => one.part === part)
              .map(({ path: name }) => ({ path: name, reason: 'unparsable', detail: '' })),
          });
        const joined = joinOutcomes([of(0), of(1), of(2), of(3)]);
        expect(joined.unread.map((entry) => entry.path)).toEqual(all.map((one) => one.path).sort());
      }),
    );
  });
});
