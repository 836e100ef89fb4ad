import { describe, expect, it } from 'vitest';
import type { Plan, Step } from '../../../src/core/plan/plan.js';
import type { StepOutcome, StepStatus } from '../../../src/core/runtime/outcome.js';
import { judge } from '../../../src/core/verdict/judge.js';
import { noCounts, type Tally } from '../../../src/core/verdict/tally.js';

const tally = (over: Partial<Tally> = {}): Tally => ({
  overall: noCounts(),
  categories: {},
  tools: {},
  reviewNotes: 0,
  waived: 0,
  suppressedInSource: 0,
  known: 0,
  findings: 0,
  ...over,
});

const outcome = (status: StepStatus, over: Partial<StepOutcome> = {}): StepOutcome => ({
  step: 'ruff',
  tool: 'ruff',
  category: 'sast',
  status,
  error: status === 'error' ? { cause: 'crash', message: 'ruff crashed', remedy: 'r' } : null,
  reason: null,
  files: 1,
  findings: 0,
  suppressed: 0,
  unread: [],
  ...over,
});

const plan = (over: Partial<Plan> = {}): Plan =>
  ({
    steps: [{ id: 'ruff' } as Step],
    budgets: { overall: { critical: 0, high: 0 }, categories: {}, tools: {}, reviewNotes: null },
    incomplete: { unread: 'error', accept: [] },
    ...over,
  }) as Plan;

const unread = { path: 'a.py', reason: 'unparsable', detail: '' } as const;

describe('judge', () => {
  it.each(['error', 'cancelled'] as const)('is error when a step is %s, also with an exceeded budget', (status) => {
    const result = judge(plan(), [outcome(status)], [], tally({ overall: { ...noCounts(), high: 1 } }));
    expect(result.verdict).toBe('error');
    expect(result.reasons).toHaveLength(2);
  });

  it('is error when the run was ended after all of its steps', () => {
    const { verdict, reasons } = judge(plan(), [outcome('clean')], [], tally(), undefined, [], 'it was ended');
    expect([verdict, reasons]).toEqual([
      'error',
      [{ kind: 'cancelled', message: 'it was ended', remedy: 'Run again.' }],
    ]);
  });

  it('is error when a planned step has no outcome', () => {
    expect(judge(plan(), [], [], tally()).verdict).toBe('error');
  });

  it('is error when nothing applied to the source', () => {
    expect(judge(plan(), [outcome('not-applicable')], [], tally()).verdict).toBe('error');
  });

  it('is error when each file that a tool was given is of a form that it does not read, whatever the policy accepts', () => {
    const foreign = [{ path: 'pubspec.lock', reason: 'unsupported' as const, detail: 'pub' }];
    const incomplete = { unread: 'error' as const, accept: [{ reasons: ['unsupported' as const], because: 'why' }] };
    const none = outcome('clean', { files: 1, unread: foreign });
    expect(judge(plan({ incomplete }), [none], [], tally()).verdict).toBe('error');
    expect(judge(plan({ incomplete }), [outcome('clean', { files: 2, unread: foreign })], [], tally()).verdict).toBe(
      'pass',
    );
    expect(judge(plan({ incomplete }), [none, outcome('clean', { files: 1 })], [], tally()).verdict).toBe('pass');
  });

  it('is error for a file that the snapshot or a tool did not judge', () => {
    expect(judge(plan(), [outcome('clean')], [unread], tally()).verdict).toBe('error');
    expect(judge(plan(), [outcome('clean', { unread: [unread] })], [], tally()).verdict).toBe('error');
  });

  it('says why where all files of a gap have one cause, with a remedy that fits', () => {
    const gap = (path: string, reason: 'unparsable' | 'timeout', detail: string) => ({ path, reason, detail });
    const one = [
      gap('a.go', 'unparsable', 'does not compile by itself'),
      gap('b.go', 'unparsable', 'does not compile by itself'),
    ];
    const many = [gap('a.js', 'timeout', 'took 1 s'), gap('b.js', 'timeout', 'took 2 s')];
    const { reasons } = judge(plan(), [outcome('clean', { unread: [...one, ...many] })], [], tally());
    expect(reasons.map(({ message, remedy }) => `${message} | ${remedy.split(', or accept')[0]}`)).toEqual([
      'ruff: 2 files not judged (unparsable), first a.go: does not compile by itself | Mend the files where they are broken',
      'ruff: 2 files not judged (timeout), first a.js | Give the tool more time, or exclude the files',
    ]);
  });

  it('names each pack of advisories that is missing, and no more than a few', () => {
    const gap = (path: string, detail: string) => ({ path, reason: 'no-advisories' as const, detail });
    const some = [
      gap('a', 'no advisories osv/npm'),
      gap('b', 'no advisories osv/Maven'),
      gap('c', 'no advisories osv/npm'),
    ];
    const [reason] = judge(plan(), [outcome('clean', { unread: some })], [], tally()).reasons;
    expect(reason?.message).toBe(
      'ruff: 3 files not judged (no-advisories), first a: no advisories osv/npm, no advisories osv/Maven',
    );
    expect(reason?.remedy).toMatch(/^Get them and run again/);
    const many = Array.from({ length: 1000 }, (_, i) => gap(`${i}`, `no advisories ${i}`));
    const message = judge(plan(), [outcome('clean', { unread: many })], [], tally()).reasons[0]?.message ?? '';
    expect(message).toMatch(/no advisories 4 and 995 more$/);
    expect(message.length).toBeLessThan(300);
  });

  it('accepts only gaps that match every key of an acceptance', () => {
    const accept = [{ reasons: ['unparsable' as const], tools: ['ruff'], paths: ['a.*'], because: 'b' }];
    const accepting = plan({ incomplete: { unread: 'error', accept } });
    expect(judge(accepting, [outcome('clean', { unread: [unread] })], [], tally())).toMatchObject({
      verdict: 'pass',
      accepted: 1,
    });
    expect(judge(accepting, [outcome('clean')], [unread], tally()).verdict).toBe('error');
    expect(judge(accepting, [outcome('clean', { unread: [{ ...unread, path: 'b.py' }] })], [], tally()).verdict).toBe(
      'error',
    );
  });

  it('is fail when a budget is exceeded in any scope, and names it', () => {
    const strict = plan({ budgets: { overall: {}, categories: { sast: { low: 1 } }, tools: {}, reviewNotes: 0 } });
    const counted = tally({ categories: { sast: { ...noCounts(), low: 2 } }, reviewNotes: 1 });
    const result = judge(strict, [outcome('findings')], [], counted);
    expect(result.verdict).toBe('fail');
    expect(result.reasons.map(({ message }) => message)).toEqual([
      '2 low findings of category sast, 1 allowed',
      '1 review note, 0 allowed',
    ]);
  });

  it('is pass only when every step ran and no budget is exceeded', () => {
    expect(judge(plan(), [outcome('clean')], [], tally({ overall: { ...noCounts(), medium: 9 } })).verdict).toBe(
      'pass',
    );
    const both = plan({ steps: [{ id: 'ruff' } as Step, { id: 'x' } as Step] });
    expect(judge(both, [outcome('clean'), outcome('not-applicable', { step: 'x' })], [], tally()).verdict).toBe('pass');
  });
});
