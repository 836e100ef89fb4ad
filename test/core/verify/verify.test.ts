import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { auditChain } from '../../../src/core/lib/audit.js';
import { canonicalJson } from '../../../src/core/lib/canonical.js';
import { generateKey } from '../../../src/core/lib/signing/keys.js';
import { fullyTrusted } from '../../../src/core/policy/trusted-keys.js';
import { lockedTools } from '../../../src/core/verify/lock.js';
import { verifyBundle } from '../../../src/core/verify/verify.js';
import { builtCatalog } from '../../support/catalog.js';
import { temporaryFolder } from '../../support/scan.js';
import { copier, edit, recordIn, reindex, resign, smallBundle } from './support.js';

const key = generateKey('ed25519');
const other = generateKey('ed25519');
const p256 = generateKey('ecdsa-p256');
const copyOf = copier();

let unsigned: string;
let signed: string;
beforeAll(async () => {
  unsigned = await smallBundle();
  signed = copyOf(unsigned);
  await resign(signed, key);
});

const text = (bundle: string, path: string) => readFileSync(join(bundle, path), 'utf8');
const rewrite = (bundle: string, path: string, change: (text: string) => string) =>
  writeFileSync(join(bundle, path), change(text(bundle, path)));
/** The problems of a bundle, one per line. */
async function problemsOf(bundle: string, keys = [key]): Promise<string> {
  const { intact, problems } = await verifyBundle(bundle, { keys: keys.map((one) => fullyTrusted(one, 'key')) });
  expect(intact).toBe(problems.length === 0);
  return problems.map(({ file, reason }) => `${file}: ${reason}`).join('\n');
}

describe('a signed bundle is not intact', () => {
  it.each<[string, (bundle: string) => void, RegExp]>([
    ['with a symlink in place of a file', (b) => swapFor(b, 'summary.json', symlinkSync), /summary\.json: is a link/],
    ['with a second name of a file', (b) => swapFor(b, 'summary.json', linkSync), /summary\.json: .*one link/],
    ['with a pipe in place of a file', pipe, /findings\.jsonl: is no plain file/],
    ['with an extra file', (b) => writeFileSync(join(b, 'x'), ''), /^x: is not listed in bundle\.json$/m],
    [
      'with an extra file beside reports',
      (b) => writeFileSync(join(b, 'reports', 'x'), ''),
      /^reports\/x: is not listed/m,
    ],
    [
      'with an extra file of a run',
      (b) => writeFileSync(join(b, recordIn(b), 'x'), ''),
      /\/x: is not named by the run/,
    ],
    ['with a file instead of a run', (b) => writeFileSync(join(b, 'runs/x'), ''), /runs\/x: is no part of a run/],
    ['with a link to a folder', (b) => symlinkSync('/etc', join(b, 'inputs/etc')), /inputs\/etc: is a link/],
    ['with an approval', (b) => add(b, 'approvals/a.json', '{}'), /approvals\/a\.json: is no part of an approval/],
    [
      'with a statement of nothing',
      (b) => add(b, 'attestations/x.json', '{}'),
      /attestations\/x\.json: is no statement/,
    ],
    ['with an unsigned statement', unsignedStatement, /attestations\/x\.intoto\.json: is not signed by a trusted key/],
    ['without a file', (b) => rmSync(join(b, 'compliance.json')), /compliance\.json: is missing/],
    ['without its index', (b) => rmSync(join(b, 'bundle.json')), /bundle\.json: .*cannot be opened/],
    [
      'without its statement',
      (b) => rmSync(join(b, 'attestation.intoto.json')),
      /attestation\.intoto\.json: is missing/,
    ],
    [
      'without its signatures',
      (b) => rmSync(join(b, 'signatures'), { recursive: true }),
      /is not signed by a trusted key/,
    ],
    ['without a log', (b) => rmSync(join(b, recordIn(b), 'logs'), { recursive: true }), /\.log: is missing/],
    ['without any run', (b) => rmSync(join(b, 'runs'), { recursive: true }), /runs: has no record/],
    ['with a byte more in a log', (b) => appendFileSync(log(b), 'x'), /\.log: is not the file that the run statement/],
    ['with a signature of something else', foreign, /signatures\/x\.\w{8}\.sigstore\.json: is a signature of no/],
    ['with the signatures exchanged', exchanged, /is about other bytes than those of/],
    ['with a cut audit log', (b) => cut(b, -1), /audit\.jsonl: has \d+ entries, the run statement names \d+/],
    ['with an audit log cut inside an entry', (b) => cut(b, 0), /audit\.jsonl: its last line is cut off/],
    ['with another folder name of its run', renamed, /is of another run than its folder/],
  ])('%s', async (_, damage, message) => {
    const bundle = copyOf(signed);
    damage(bundle);
    expect(await problemsOf(bundle)).toMatch(message);
  });

  it('with an audit log of the same length that was chained anew', async () => {
    const bundle = copyOf(signed);
    const run = recordIn(bundle).slice('runs/'.length);
    const lines: string[] = [];
    const chain = auditChain(
      run,
      () => new Date(0),
      (entry) => lines.push(`${canonicalJson(entry)}\n`),
    );
    for (const _ of text(bundle, `runs/${run}/audit.jsonl`).split('\n').slice(1))
      chain.record({ kind: 'write', path: 'x', decision: 'allowed', class: 'evidence', actor: 'scanner' });
    writeFileSync(join(bundle, 'runs', run, 'audit.jsonl'), lines.join(''));
    expect(await problemsOf(bundle)).toMatch(/audit\.jsonl: does not end in the entry that the run statement names/);
  });

  it('when it was made again and signed by somebody else', async () => {
    const bundle = copyOf(unsigned);
    await resign(bundle, other);
    const { intact, verdict, signedBy } = await verifyBundle(bundle, { keys: [fullyTrusted(key, 'key')] });
    expect({ intact, verdict }).toEqual({ intact: false, verdict: null });
    expect(signedBy.map(({ statement }) => statement).sort()).toEqual(statementsOf(bundle));
    expect(signedBy.filter(({ trusted, keyid }) => trusted || keyid !== other.keyid)).toEqual([]);
    expect(await problemsOf(bundle, [key, other])).toBe('');
  });

  it('when somebody else signed it under the name of a trusted key', async () => {
    const bundle = copyOf(unsigned);
    await resign(bundle, { ...other, keyid: key.keyid, shortId: key.shortId, hint: key.hint });
    expect(await problemsOf(bundle)).toMatch(/scan\.\w{8}\.sigstore\.json: does not verify with the key that it names/);
  });

  it('when a trusted key signed it under the name of another', async () => {
    const bundle = copyOf(unsigned);
    await resign(bundle, { ...key, keyid: other.keyid });
    expect(await problemsOf(bundle)).toMatch(/names another key than the one that made it/);
  });

  it('when its algorithm was exchanged for another', async () => {
    const bundle = copyOf(unsigned);
    await resign(bundle, p256);
    expect(await problemsOf(bundle)).toMatch(/attestation\.intoto\.json: is not signed by a trusted key/);
    await resign(bundle, { ...p256, keyid: key.keyid, shortId: key.shortId, hint: key.hint });
    expect(await problemsOf(bundle)).toMatch(/does not verify with the key that it names/);
  });

  it('when only its run is signed, or only its scan', async () => {
    const [run, evidence] = ['runs/', 'a'].map((at) => statementsOf(signed).filter((path) => path.startsWith(at)));
    for (const [keep, missing = []] of [
      ['runs/', evidence],
      ['signatures/', run],
    ] as const) {
      const bundle = copyOf(signed);
      const files = readdirSync(bundle, { recursive: true, encoding: 'utf8' });
      for (const file of files)
        if (file.endsWith('.sigstore.json') && !file.startsWith(keep)) rmSync(join(bundle, file));
      const found = (await problemsOf(bundle)).split('\n');
      expect(found).toEqual(expect.arrayContaining(missing.map((path) => `${path}: is not signed by a trusted key`)));
      expect(found.filter((line) => !missing.some((path) => line.startsWith(`${path}: `)))).toEqual([]);
    }
  });
});

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
    expect(await problemsOf(bundle, [])).toMatch(message);
  });

  it('with folders inside one another without end', async () => {
    const bundle = copyOf(unsigned);
    mkdirSync(join(bundle, 'a/'.repeat(30)), { recursive: true });
    expect(await problemsOf(bundle, [])).toMatch(/nested more than 16 deep/);
  });

  it('is refused when signatures are demanded', async () => {
    const { intact, problems } = await verifyBundle(unsigned, { requireSignature: true });
    expect([intact, problems[0]?.reason]).toEqual([false, 'is not signed by a trusted key']);
  });

  it('tells each problem in one line that is safe to print', async () => {
    const bundle = copyOf(unsigned);
    writeFileSync(join(bundle, 'x\u001b[31m\n::error::y'), '');
    expect(await problemsOf(bundle, [])).toBe('x\\u{1b}[31m\\u{a}::error::y: is not listed in bundle.json');
  });
});

describe('an intact bundle', () => {
  it('has the verdict that its findings give', async () => {
    const by = { keyid: key.keyid, identity: null, trusted: true };
    const file = (folder: string, name: string) => `${folder}/${name}.${key.shortId}.sigstore.json`;
    expect(await verifyBundle(signed, { keys: [fullyTrusted(other, 'other'), fullyTrusted(key, 'key')] })).toEqual({
      intact: true,
      verdict: 'fail',
      problems: [],
      approvals: [],
      policy: { name: expect.any(String), sha256: expect.stringMatching(/^[0-9a-f]{64}$/), same: null },
      waivers: null,
      signedBy: [
        { statement: `${recordIn(signed)}/run.intoto.json`, signature: file(recordIn(signed), 'run'), ...by },
        { statement: 'attestation.intoto.json', signature: file('signatures', 'scan'), ...by },
        ...['test-result', 'vsa'].map((name) => ({
          statement: `attestations/${name}.intoto.json`,
          signature: file('signatures', name),
          ...by,
        })),
      ],
    });
  });

  it('may be unsigned, hold an error, and be named through a link', async () => {
    const failed = await smallBundle({ failing: true });
    const link = join(temporaryFolder(), 'latest');
    symlinkSync(failed, link);
    expect(await verifyBundle(link)).toMatchObject({
      intact: true,
      verdict: 'error',
      problems: [],
      signedBy: [],
      approvals: [],
    });
  });

  it('may be signed by ECDSA, and by several keys of which one is trusted', async () => {
    const bundle = copyOf(signed);
    await resign(bundle, key, p256);
    expect(await problemsOf(bundle, [p256])).toBe('');
    expect(await problemsOf(bundle, [key])).toBe('');
    const { signedBy } = await verifyBundle(bundle);
    expect(signedBy.map(({ trusted }) => trusted)).toEqual(Array(8).fill(false));
  });

  it('is held against a lock', async () => {
    const lock = lockedTools(await builtCatalog());
    const { problems } = await verifyBundle(unsigned, { lock });
    expect(problems.map(({ reason }) => reason)).toEqual([expect.stringMatching(/ran with digest .* not in the lock/)]);
    const plan = JSON.parse(text(unsigned, 'inputs/plan.json'));
    const own = new Map<string, string[]>();
    for (const { tool, digest } of plan.steps) own.set(tool, [digest]);
    expect((await verifyBundle(unsigned, { lock: own })).intact).toBe(true);
  });
});

/** Paths of all statements, sorted. */
const statementsOf = (bundle: string): string[] =>
  readdirSync(bundle, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.intoto.json'))
    .sort();

const log = (bundle: string): string => join(bundle, recordIn(bundle), 'logs', 'chatty.stdout.log');

const add = (bundle: string, path: string, content: string) => {
  mkdirSync(join(bundle, path, '..'), { recursive: true });
  writeFileSync(join(bundle, path), content);
};

/** Puts a link to a copy of the same bytes in the place of a file. */
function swapFor(bundle: string, path: string, link: (to: string, at: string) => void): void {
  const moved = join(temporaryFolder(), 'moved');
  renameSync(join(bundle, path), moved);
  link(moved, join(bundle, path));
}

function pipe(bundle: string): void {
  rmSync(join(bundle, 'findings.jsonl'));
  execFileSync('/usr/bin/mkfifo', [join(bundle, 'findings.jsonl')]);
}

function unsignedStatement(bundle: string): void {
  const scan = JSON.parse(text(bundle, 'attestation.intoto.json'));
  add(bundle, 'attestations/x.intoto.json', canonicalJson({ ...scan, predicateType: 'https://example.org/x' }));
}

const signatureOf = (bundle: string, folder: string): string =>
  join(folder, readdirSync(join(bundle, folder)).find((name) => name.endsWith('.sigstore.json')) ?? '');

function foreign(bundle: string): void {
  const file = signatureOf(bundle, 'signatures');
  writeFileSync(join(bundle, file.replace('scan.', 'x.')), text(bundle, file));
}

function exchanged(bundle: string): void {
  const [a, b] = [signatureOf(bundle, 'signatures'), signatureOf(bundle, recordIn(bundle))];
  const [first, second] = [text(bundle, a), text(bundle, b)];
  writeFileSync(join(bundle, a), second);
  writeFileSync(join(bundle, b), first);
}

function cut(bundle: string, keep: 0 | -1): void {
  rewrite(bundle, join(recordIn(bundle), 'audit.jsonl'), (all) =>
    keep === 0 ? all.slice(0, -20) : `${all.split('\n').slice(0, -2).join('\n')}\n`,
  );
}

function renamed(bundle: string): void {
  renameSync(join(bundle, recordIn(bundle)), join(bundle, 'runs', '20260101T000000Z-0123456789abcdef'));
}

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
