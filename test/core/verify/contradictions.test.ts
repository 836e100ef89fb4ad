import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { verifyBundle } from '../../../src/core/verify/verify.js';
import { copier, edit, problemsUnder, reindex, rewrite, smallBundle, text } from './support.js';

const copyOf = copier();

let unsigned: string;
beforeAll(async () => {
  unsigned = await smallBundle();
});

const problemsOf = (bundle: string): Promise<string> => problemsUnder(bundle, {});

describe('an unsigned bundle contradicts itself', () => {
  it.each<[string, (bundle: string) => void, RegExp]>([
    ['with another verdict', swapVerdict, /summary\.json: `verdict` is not what findings, plan and outcomes give/],
    [
      'with a finding left out',
      (b) => lines(b, (all) => all.slice(1)),
      /findings\.jsonl: has 0 findings of sound, its/,
    ],
    ['with a finding twice', (b) => lines(b, (all) => [...all, ...all.slice(-1)]), /has 3 findings of second/],
    ['with findings in another order', (b) => lines(b, (all) => all.reverse()), /line 2 is not in its place/],
    [
      'with a milder finding',
      (b) => replace(b, 'findings.jsonl', '"severity":"high"', '"severity":"low"'),
      /\.sarif\.json: is not what/,
    ],
    [
      'with a finding that is none',
      (b) => replace(b, 'findings.jsonl', '"kind":"fail"', '"kind":"none"'),
      /line 1 is no finding/,
    ],
    [
      'with a finding of no tool',
      (b) => replace(b, 'findings.jsonl', '"tool":"sound"', '"tool":"constructor"'),
      /line 1 is of a tool/,
    ],
    [
      'with white space in a finding',
      (b) => replace(b, 'findings.jsonl', '"cwe":[', '"cwe": ['),
      /line 1 is not canonical/,
    ],
    [
      'with a key twice in a finding',
      (b) => replace(b, 'findings.jsonl', '"kind":"fail"', '"kind":"fail","kind":"fail"'),
      /key twice/,
    ],
    [
      'with a key twice',
      (b) => replace(b, 'summary.json', '"verdict":"fail"', '"verdict":"pass","verdict":"fail"'),
      /summary\.json: .*key twice/,
    ],
    ['with another order of keys', reversedKeys, /compliance\.json: is not canonical/],
    [
      'with bytes that are no UTF-8',
      (b) => writeFileSync(join(b, 'findings.jsonl'), Buffer.of(0xff, 10)),
      /is not UTF-8/,
    ],
    [
      'with a rule that is milder in SARIF',
      (b) => replace(b, 'results.sarif', '"error"', '"note"'),
      /results\.sarif: is not what/,
    ],
    [
      'with an upload without results',
      (b) => replace(b, 'results.upload.sarif', '"kind":"fail"', '"kind":"pass"'),
      /upload\.sarif: is not/,
    ],
    ['with a higher budget', (b) => laxBudget(b), /inputs\/policy\.json: the plan allows more than the policy does/],
    [
      'with another tool file',
      (b) => replace(b, 'inputs/tools/second.json', '"name":"second"', '"name":"x"'),
      /is not the file that the plan names/,
    ],
    ['with an outcome of no step', (b) => outcomes(b, ({ length }) => ({ step: `x${length}` })), /an outcome of x3/],
    ['with two outcomes of a step', (b) => outcomes(b, () => ({ step: 'second' })), /two outcomes of one step/],
    [
      'with a step that is clean and has findings',
      (b) => outcomes(b, () => ({ status: 'clean' })),
      /its outcome is `clean` with 2/,
    ],
    [
      'with an index that leaves the bundle',
      (b) => firstPath(b, '../../etc/passwd'),
      /bundle\.json: is out of form: files\.0\.path/,
    ],
    ['with an absolute path', (b) => firstPath(b, '/etc/passwd'), /bundle\.json: is out of form: files\.0\.path/],
    ['with an index of its own statement', (b) => firstPath(b, 'attestation.intoto.json'), /cannot list/],
    ['with an index that is not sorted', (b) => firstPath(b, 'z.json'), /not sorted/],
    [
      'with JSON nested without end',
      (b) => writeFileSync(join(b, 'summary.json'), '['.repeat(200_000)),
      /summary\.json: /,
    ],
    [
      'with a deep document',
      (b) => writeFileSync(join(b, 'summary.json'), `${'['.repeat(9e4)}${']'.repeat(9e4)}`),
      /summary\.json: /,
    ],
  ])('%s', async (_, forge, message) => {
    const bundle = copyOf(unsigned);
    forge(bundle);
    expect(await problemsOf(bundle)).toMatch(message);
  });

  it('with folders inside one another without end', async () => {
    const bundle = copyOf(unsigned);
    mkdirSync(join(bundle, 'a/'.repeat(30)), { recursive: true });
    expect(await problemsOf(bundle)).toMatch(/nested more than 16 deep/);
  });

  it('is refused when signatures are demanded', async () => {
    const { intact, problems } = await verifyBundle(unsigned, { requireSignature: true });
    expect([intact, problems[0]?.reason]).toEqual([false, 'is not signed by a trusted key']);
  });

  it('tells each problem in one line that is safe to print', async () => {
    const bundle = copyOf(unsigned);
    writeFileSync(join(bundle, 'x\u001b[31m\n::error::y'), '');
    expect(await problemsOf(bundle)).toBe('x\\u{1b}[31m\\u{a}::error::y: is not listed in bundle.json');
  });
});

function replace(bundle: string, path: string, from: string, to: string): void {
  rewrite(bundle, path, (all) => all.replace(from, to));
  expect(text(bundle, path)).toContain(to);
  reindex(bundle);
}

function lines(bundle: string, change: (lines: string[]) => string[]): void {
  rewrite(bundle, 'findings.jsonl', (all) => `${change(all.trimEnd().split('\n')).join('\n')}\n`);
  reindex(bundle);
}

function swapVerdict(bundle: string): void {
  for (const path of ['summary.json', 'policy-result.json'])
    edit(bundle, path, (value) => {
      value['verdict'] = 'pass';
      value['reasons'] = [];
    });
  reindex(bundle);
  edit(bundle, 'attestation.intoto.json', ({ predicate }) => {
    Object(predicate).verdict = 'pass';
  });
}

function reversedKeys(bundle: string): void {
  rewrite(bundle, 'compliance.json', (all) =>
    JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(all)).reverse())),
  );
  reindex(bundle);
}

function laxBudget(bundle: string): void {
  edit(bundle, 'inputs/plan.json', ({ budgets }) => {
    Object(budgets).overall = { critical: 0, high: 9 };
  });
  reindex(bundle);
}

/** Changes the outcome of the step `second`. */
function outcomes(bundle: string, change: (all: { length: number }) => object): void {
  edit(bundle, 'summary.json', (value) => {
    const all = value['tools'] as { step: string }[];
    const at = all.findIndex(({ step }) => step === 'second');
    value['tools'] = all.flatMap((one, i) => {
      if (i !== at) return [one];
      const changed = { ...one, ...change(all) };
      return changed.step === 'second' && !('status' in change(all)) ? [one, changed] : [changed];
    });
  });
  reindex(bundle);
}

function firstPath(bundle: string, path: string): void {
  edit(bundle, 'bundle.json', (index) => {
    Object((index['files'] as object[])[0]).path = path;
  });
}
