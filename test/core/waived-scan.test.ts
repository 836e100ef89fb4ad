import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../../src/core/findings/finding.js';
import { canonicalJson } from '../../src/core/lib/canonical.js';
import { generateKey } from '../../src/core/lib/signing/keys.js';
import type { Catalog } from '../../src/core/plan/catalog.js';
import { verifyBundle } from '../../src/core/verify/verify.js';
import { scriptedCatalog } from '../support/catalog.js';
import { leaves, sarif, sarifResult } from '../support/reports.js';
import { scanWith, temporaryFolder } from '../support/scan.js';
import { signedBy, unsigned } from './waivers/support.js';

const FOLDER = temporaryFolder();
const SOURCE = join(FOLDER, 'source');
const author = generateKey('ed25519');
const AS_OF = '2026-06-15';

/** Four findings of one rule: one that the tool itself suppressed, three in another file. */
const results = [
  sarifResult({ suppressions: [{ kind: 'inSource' }] }),
  ...[1, 2, 3].map((startLine) =>
    sarifResult({ locations: [{ physicalLocation: { artifactLocation: { uri: 'b.txt' }, region: { startLine } } }] }),
  ),
];
let catalog: Catalog;

beforeAll(async () => {
  mkdirSync(SOURCE);
  for (const name of ['a.txt', 'b.txt']) writeFileSync(join(SOURCE, name), 'one\ntwo\nthree\n');
  const report = { format: 'sarif', file: 'report.sarif' };
  const script = leaves('')
    .replace('/out/report.jsonl', '/out/report.sarif')
    .replace('""', JSON.stringify(JSON.stringify(sarif({ results }))));
  catalog = await scriptedCatalog(FOLDER, [{ id: 'one', script, report }]);
});

const publicKey = author.public.export({ type: 'spki', format: 'pem' }).toString();
const policyWith = (waivers: object = {}) => ({
  file: 'policy.yaml',
  text: JSON.stringify({
    schemaVersion: 1,
    name: 'p',
    budgets: { overall: { critical: 0, high: 0, medium: 0 } },
    trust: { keys: [{ name: 'Ann', roles: ['waive'], publicKey }] },
    waivers,
  }),
});

const waiverFile = (...paths: string[]) => ({
  file: 'waivers.yaml',
  text: JSON.stringify({
    schemaVersion: 1,
    waivers: paths.map((path, i) =>
      signedBy(unsigned({ id: `w-${i}`, rule: { tool: 'one', rule: 'R1', path } }), ['waive', author]),
    ),
  }),
});

async function run({ waivers = waiverFile(), policy = policyWith(), asOf = AS_OF } = {}) {
  const exportDir = join(FOLDER, `out-${Math.random()}`);
  const result = await scanWith(catalog, { source: SOURCE, exportDir, profile: 'scripted', policy, waivers, asOf });
  const text = (name: string) => readFileSync(join(result.bundle.folder, name), 'utf8');
  const findings = text('findings.jsonl')
    .trim()
    .split('\n')
    .map((line): Finding => JSON.parse(line));
  const suppressions = (name: string) =>
    JSON.parse(text(name)).runs[0].results.map((one: { suppressions?: unknown }) => one.suppressions);
  const { verdict, tally, waivers: used } = result.evidence;
  return { result, verdict, tally, states: used?.states ?? [], findings, suppressions, folder: result.bundle.folder };
}

const intact = async (folder: string) => (await verifyBundle(folder)).problems;

describe('a waiver', () => {
  it('takes what it covers out of the budgets and out of the upload, and leaves it in the evidence', async () => {
    const { verdict, tally, states, findings, suppressions, folder } = await run({
      waivers: waiverFile('a.txt', 'b.txt'),
    });
    expect(verdict.verdict).toBe('pass');
    expect(tally).toMatchObject({ findings: 4, waived: 4, overall: { medium: 0 } });
    expect(states.map(({ id, state, findings: count }) => [id, state, count])).toEqual([
      ['w-0', 'used', 1],
      ['w-1', 'used', 3],
    ]);
    expect(findings).toHaveLength(4);
    const justification = expect.stringMatching(
      /^Called with constants alone\. Risk: .* Waiver w-0, until 2026-07-01: https/,
    );
    expect(suppressions('results.sarif')[0]).toEqual([{ kind: 'external', status: 'accepted', justification }]);
    expect(suppressions('results.upload.sarif')).toEqual([]);
    expect(await intact(folder)).toEqual([]);
  });

  it('covers nothing once it has expired, and nothing elsewhere; both are told', async () => {
    const expired = await run({ waivers: waiverFile('a.txt'), asOf: '2026-07-01' });
    expect(expired.verdict.verdict).toBe('fail');
    expect(expired.states).toMatchObject([{ state: 'expired', findings: 0 }]);
    const unused = await run({ waivers: waiverFile('c.txt') });
    expect(unused.states).toMatchObject([{ state: 'unused', findings: 0 }]);
    // Where waivers count, every result says whether it is suppressed.
    expect(unused.suppressions('results.sarif')).toEqual([[], [], [], []]);
    expect(unused.suppressions('results.upload.sarif')).toHaveLength(4);
    expect(await intact(unused.folder)).toEqual([]);
  });

  it('fails the run when it covers more than the policy lets one cover', async () => {
    const { verdict, states, folder } = await run({
      waivers: waiverFile('*.txt'),
      policy: policyWith({ maxFindings: 3 }),
    });
    expect(states).toMatchObject([{ state: 'over-broad', findings: 4 }]);
    expect(verdict).toMatchObject({
      verdict: 'fail',
      reasons: [{ message: 'waiver w-0 covers 4 findings, 3 are allowed' }],
    });
    expect(await intact(folder)).toEqual([]);
  });

  it.each([
    ['without a trusted author', { policy: { file: 'p.yaml', text: 'schemaVersion: 1\nname: p\n' } }, /waive/],
    [
      'for longer than the policy allows',
      { policy: policyWith({ maxDays: 5 }) },
      /30 days after `created`, 5 are allowed/,
    ],
    ['without a second signature where it is demanded', { policy: policyWith({ approval: 'other-key' }) }, /approval/],
  ])('refuses the run %s, before anything runs', async (_, more, message) => {
    await expect(run({ waivers: waiverFile('a.txt'), ...more })).rejects.toThrow(message);
  });

  it('may not come from the tree under scan', async () => {
    const file = join(SOURCE, 'waivers.yaml');
    await expect(run({ waivers: { ...waiverFile('a.txt'), file } })).rejects.toThrow(/--waivers lies in the tree/);
  });

  it('that is changed in the bundle is noticed, also when all digests are made anew', async () => {
    const { folder } = await run({ waivers: waiverFile('a.txt') });
    const copy = join(FOLDER, 'changed');
    cpSync(folder, copy, { recursive: true });
    const path = join(copy, 'inputs/waivers.json');
    const document = JSON.parse(readFileSync(path, 'utf8'));
    document.waivers[0].rule.path = 'b.txt';
    writeFileSync(path, canonicalJson(document));
    const plan = join(copy, 'inputs/plan.json');
    const { digestOf } = await import('../../src/core/lib/digest.js');
    const forged = JSON.parse(readFileSync(plan, 'utf8'));
    forged.waivers.digest = digestOf(document);
    writeFileSync(plan, canonicalJson(forged));
    const problems = await intact(copy);
    expect(problems).toContainEqual({
      file: 'inputs/waivers.json',
      reason: expect.stringMatching(/does not verify with the key of Ann/),
    });
  });
});

describe('a suppression in the source', () => {
  it('stays a finding unless the policy lists the tool', async () => {
    const { tally, suppressions } = await run();
    expect(tally).toMatchObject({ suppressedInSource: 0, overall: { medium: 4 } });
    expect(suppressions('results.sarif')).toEqual([[], [], [], []]);
  });

  it('counts for a listed tool, and is counted', async () => {
    const { tally, suppressions, folder } = await run({ policy: policyWith({ inSource: ['one'] }) });
    expect(tally).toMatchObject({ suppressedInSource: 1, waived: 0, overall: { medium: 3 } });
    expect(suppressions('results.sarif')).toEqual([[{ kind: 'inSource', status: 'accepted' }], [], [], []]);
    expect(suppressions('results.upload.sarif')).toHaveLength(3);
    expect(await intact(folder)).toEqual([]);
  });
});
