import { appendFileSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ATTESTATIONS, attestationPath } from '../../../src/core/attest/attestations.js';
import { runPredicate, scanPredicate } from '../../../src/core/attest/schemas.js';
import { canonicalJson } from '../../../src/core/lib/canonical.js';
import { sha256 } from '../../../src/core/lib/digest.js';
import { generateKey } from '../../../src/core/lib/signing/keys.js';
import { fullyTrusted } from '../../../src/core/policy/trusted-keys.js';
import { verifyBundle } from '../../../src/core/verify/verify.js';
import { filesIn } from '../../support/bundle.js';
import { copier, edit, recordIn, resign, signWith } from '../verify/support.js';
import { richScan } from './support.js';

const key = generateKey('ed25519');
const copyOf = copier();
let bundle: string;
let again: string;
beforeAll(async () => {
  [bundle, again] = await Promise.all([richScan(), richScan()]).then(([a, b]) => [a.bundle.folder, b.bundle.folder]);
}, 60_000);

const statements = (folder: string): string[] =>
  [...filesIn(folder).keys()].filter((path) => path.endsWith('.intoto.json'));
const vulnsIn = (folder: string): string => join(recordIn(folder), 'vulns-advises.intoto.json');
const read = (folder: string, path: string) => JSON.parse(readFileSync(join(folder, path), 'utf8'));

/** The problems of a bundle that its forger has signed, one per line. */
async function problemsOf(folder: string): Promise<string> {
  await resign(folder, key);
  const { intact, problems } = await verifyBundle(folder, { keys: [fullyTrusted(key, 'k')] });
  expect(intact).toBe(problems.length === 0);
  return problems.map(({ file, reason }) => `${file}: ${reason}`).join('\n');
}

/** Makes the run statement name a file of its record as it now is, or not at all. */
function rename(folder: string, name: string): void {
  edit(folder, join(recordIn(folder), 'run.intoto.json'), (statement) => {
    const predicate = Object(statement['predicate']);
    const others = predicate.files.filter(({ path }: { path: string }) => path !== name);
    const path = join(folder, recordIn(folder), name);
    const data = readdirSync(join(folder, recordIn(folder))).includes(name) ? readFileSync(path) : undefined;
    predicate.files = data ? [...others, { path: name, sha256: sha256(data), size: data.length }] : others;
  });
}

describe('a bundle that its own signer changed is not intact', () => {
  it.each(ATTESTATIONS.map(({ name }) => name).filter((name) => name !== 'openvex'))(
    'without its statement %s, or with another one',
    async (name) => {
      const path = attestationPath(name);
      const without = copyOf(bundle);
      rmSync(join(without, path));
      expect(await problemsOf(without)).toMatch(`${path}: is missing`);
      const changed = copyOf(bundle);
      edit(changed, path, (statement) => {
        Object(statement['predicate']).more = 1;
      });
      expect(await problemsOf(changed)).toBe(
        `${path}: \`predicate\` is not what findings, plan and outcomes give when it is computed again`,
      );
    },
  );

  it('with a verdict of its own in the VSA', async () => {
    const copy = copyOf(bundle);
    edit(copy, attestationPath('vsa'), (statement) => {
      Object.assign(Object(statement['predicate']), { verificationResult: 'PASSED', verifiedLevels: ['X'] });
    });
    expect(await problemsOf(copy)).toMatch(/attestations\/vsa\.intoto\.json: `predicate` is not what/);
  });

  it('with a statement of a kind that nobody knows, or under another name', async () => {
    const copy = copyOf(bundle);
    renameSync(join(copy, attestationPath('vsa')), join(copy, 'attestations/more.intoto.json'));
    const problems = await problemsOf(copy);
    expect(problems).toMatch(/attestations\/more\.intoto\.json: is no statement that the evidence gives/);
    expect(problems).toMatch(/attestations\/vsa\.intoto\.json: is missing/);
  });

  it('with something else beside the statements', async () => {
    const copy = copyOf(bundle);
    writeFileSync(join(copy, 'attestations/note.txt'), 'x');
    expect(await problemsOf(copy)).toMatch(/attestations\/note\.txt: is no statement/);
  });

  it('without its list of vulnerabilities, with a shorter one, and with one more', async () => {
    const without = copyOf(bundle);
    rmSync(join(without, vulnsIn(without)));
    rename(without, 'vulns-advises.intoto.json');
    expect(await problemsOf(without)).toBe(`${vulnsIn(without)}: is missing`);
    const shorter = copyOf(bundle);
    edit(shorter, vulnsIn(shorter), (statement) => Object(statement['predicate']).scanner.result.pop());
    rename(shorter, 'vulns-advises.intoto.json');
    expect(await problemsOf(shorter)).toMatch(/^runs.*vulns-advises.*`predicate` is not what/);
    const more = copyOf(bundle);
    writeFileSync(join(more, recordIn(more), 'vulns-x.intoto.json'), canonicalJson(read(more, vulnsIn(more))));
    rename(more, 'vulns-x.intoto.json');
    expect(await problemsOf(more)).toMatch(/^runs.*vulns-x\.intoto\.json: is no statement/);
  });

  it('with other bytes of the same statement', async () => {
    const copy = copyOf(bundle);
    appendFileSync(join(copy, attestationPath('test-result')), '\n');
    expect(await problemsOf(copy)).toMatch(/test-result\.intoto\.json: is not canonical JSON/);
  });
});

describe('a bundle signed by envelopes alone', () => {
  const problems = async (change: (text: string) => string) => {
    const copy = copyOf(bundle);
    await signWith(copy, [key], ['dsse']);
    const file = join(copy, 'signatures', `vsa.${key.shortId}.dsse.json`);
    writeFileSync(file, change(readFileSync(file, 'utf8')));
    const { problems: found } = await verifyBundle(copy, { keys: [fullyTrusted(key, 'k')] });
    return found.map(({ file: at, reason }) => `${at}: ${reason}`).join('\n');
  };

  it.each<[string, (text: string) => string, RegExp]>([
    ['with another signature', (text) => text.replace(/"sig":"../, '"sig":"AA'), /does not verify with the key/],
    [
      'with the name of another key',
      (text) => text.replace(/"keyid":"SHA256:../, '"keyid":"SHA256:__'),
      /names another key/,
    ],
    ['with another payload', (text) => text.replace('"payload":"ey', '"payload":"fy'), /is about other bytes/],
    ['with another type', (text) => text.replace('in-toto+json', 'other+json'), /is about no in-toto statement/],
    [
      'with two signatures',
      (text) => text.replace(/"signatures":\[(.*)\]/, '"signatures":[$1,$1]'),
      /expected one signature/,
    ],
    ['with blanks', (text) => `${text} `, /is not canonical JSON/],
    ['with a Sigstore bundle in its place', (text) => `{"dsseEnvelope":${text}}`, /is out of form/],
  ])('is not intact %s', async (_, change, message) => {
    expect(await problems(change)).toMatch(message);
  });

  it('is intact', async () => {
    expect(await problems((text) => text)).toBe('');
  });
});

describe('the statements of a bundle', () => {
  it('are there, each with its type', () => {
    const types = statements(bundle).map((path) => [
      path.replace(/^runs\/[^/]+/, 'runs/*'),
      read(bundle, path).predicateType,
    ]);
    const own = 'https://npmjs.com/package/certus-security-scan/predicate';
    expect(Object.fromEntries(types)).toEqual({
      'attestation.intoto.json': `${own}/scan/v1`,
      'attestations/sbom-cyclonedx.intoto.json': 'https://cyclonedx.org/bom',
      'attestations/sbom-spdx.intoto.json': 'https://spdx.dev/Document',
      'attestations/test-result.intoto.json': 'https://in-toto.io/attestation/test-result/v0.1',
      'attestations/vsa.intoto.json': 'https://slsa.dev/verification_summary/v1',
      'runs/*/run.intoto.json': `${own}/run/v1`,
      'runs/*/vulns-advises.intoto.json': 'https://in-toto.io/attestation/vulns/v0.2',
    });
  });

  it('hold the documents as they are', () => {
    for (const name of ['cyclonedx', 'spdx'])
      expect(read(bundle, attestationPath(`sbom-${name}`)).predicate).toEqual(
        read(bundle, `reports/sbom/sbom.${name}.json`),
      );
  });

  it('keep to the schemas of this project’s predicates, with no member that those leave out', () => {
    const scan = read(bundle, 'attestation.intoto.json').predicate;
    const run = read(bundle, join(recordIn(bundle), 'run.intoto.json')).predicate;
    expect([scanPredicate.parse(scan), runPredicate.parse(run)]).toEqual([scan, run]);
  });

  it('are the same bytes from run to run, but for those of the run; signed by Ed25519 too', async () => {
    const [a, b] = [copyOf(bundle), copyOf(again)];
    await signWith(a, [key], ['sigstore', 'dsse']);
    await signWith(b, [key], ['sigstore', 'dsse']);
    const evidence = (folder: string) => [...filesIn(folder)].filter(([path]) => !path.startsWith('runs/'));
    expect(evidence(a)).toEqual(evidence(b));
    expect(evidence(a).filter(([path]) => path.startsWith('signatures/'))).toHaveLength(10);
  });

  it('verify', async () => {
    expect(await problemsOf(copyOf(bundle))).toBe('');
    const lists = z.object({
      predicate: z.object({ scanner: z.object({ result: z.array(z.object({ id: z.string() })) }) }),
    });
    const { scanner } = lists.parse(read(bundle, vulnsIn(bundle))).predicate;
    expect(scanner.result.map(({ id }) => id)).toEqual(['CVE-2020-0001', 'CVE-2020-0002']);
  });

  it('of an incomplete scan say FAILED and list no vulnerabilities of the scanner that failed', async () => {
    const { bundle: incomplete } = await richScan({ failing: true });
    const { folder } = incomplete;
    expect(read(folder, attestationPath('vsa')).predicate.verificationResult).toBe('FAILED');
    const { result, failedTests } = read(folder, attestationPath('test-result')).predicate;
    expect([result, failedTests]).toEqual(['FAILED', expect.arrayContaining(['complete', 'step:fails'])]);
    expect(readdirSync(join(folder, recordIn(folder))).filter((name) => name.startsWith('vulns-'))).toEqual([
      'vulns-advises.intoto.json',
    ]);
    expect(await problemsOf(folder)).toBe('');
  });
});
