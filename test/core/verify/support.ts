import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { isSignatureFile, type SignatureFormat, signedAs, writeSignatures } from '../../../src/core/attest/sign.js';
import { canonicalJson } from '../../../src/core/lib/canonical.js';
import { sha256 } from '../../../src/core/lib/digest.js';
import type { PrivateSigningKey, PublicSigningKey } from '../../../src/core/lib/signing/keys.js';
import { fullyTrusted } from '../../../src/core/policy/trusted-keys.js';
import { type VerifyOptions, verifyBundle } from '../../../src/core/verify/verify.js';
import { documentIn } from '../../support/bundle.js';
import { runTools } from '../../support/faults.js';
import { findingLine, leaves, reportText, ruleLine } from '../../support/reports.js';
import { temporaryFolder } from '../../support/scan.js';

const SECOND = leaves(
  reportText(
    [
      findingLine({ startColumn: 1, endLine: 1, endColumn: 3 }),
      findingLine({ rule: 'R2', startLine: 2, message: 'an “odd” message' }),
    ],
    [ruleLine({ cwe: ['CWE-78', 'CWE-1'] }), ruleLine({ id: 'R2', severity: 'medium', kind: 'review' })],
  ),
);
const CHATTY = leaves(reportText([]), "console.log('a line of the log');");

/** A bundle that a real scan left: two tools with findings, one without, and one that failed where wanted. */
export async function smallBundle({ failing = false } = {}): Promise<string> {
  const tools = [
    { id: 'second', script: SECOND },
    { id: 'chatty', script: CHATTY },
    ...(failing ? [{ id: 'fails', script: 'process.exit(3);' }] : []),
  ];
  const { result } = await runTools(tools);
  return result.bundle.folder;
}

/** The only run record of a bundle. */
export const recordIn = (bundle: string): string => join('runs', readdirSync(join(bundle, 'runs'))[0] ?? '');

export const text = (bundle: string, path: string): string => readFileSync(join(bundle, path), 'utf8');

export const rewrite = (bundle: string, path: string, change: (text: string) => string): void =>
  writeFileSync(join(bundle, path), change(text(bundle, path)));

/** The problems of a bundle, one per line. */
export async function problemsUnder(bundle: string, options: VerifyOptions): Promise<string> {
  const { intact, problems } = await verifyBundle(bundle, options);
  expect(intact).toBe(problems.length === 0);
  return problems.map(({ file, reason }) => `${file}: ${reason}`).join('\n');
}

/** The same under these keys, each trusted for everything. */
export const problemsByKeys = (bundle: string, keys: readonly PublicSigningKey[]): Promise<string> =>
  problemsUnder(bundle, { keys: keys.map((one) => fullyTrusted(one, 'key')) });

/** A small bundle without a signature, and a copy that the key signed. */
export async function bundlesBy(key: PrivateSigningKey, copyOf: (bundle: string) => string) {
  const unsigned = await smallBundle();
  const signed = copyOf(unsigned);
  await resign(signed, key);
  return { unsigned, signed };
}

/** Changes a document and writes it in canonical form. */
export function edit(bundle: string, path: string, change: (value: Record<string, unknown>) => void): void {
  const value = Object(documentIn(bundle, path));
  change(value);
  writeFileSync(join(bundle, path), canonicalJson(value));
}

interface Entry {
  path: string;
  sha256: string;
  size: number;
}

/** What a careful forger does: makes index and statements name the files as they now are. */
export function reindex(bundle: string): void {
  edit(bundle, 'bundle.json', (index) => {
    index['files'] = (index['files'] as Entry[]).map((entry) => {
      const data = readFileSync(join(bundle, entry.path));
      return { ...entry, sha256: sha256(data), size: data.length };
    });
  });
  const digest = sha256(readFileSync(join(bundle, 'bundle.json')));
  const { files } = Object(documentIn(bundle, 'bundle.json'));
  const others = readdirSync(join(bundle, 'attestations')).map((name) => join('attestations', name));
  for (const path of ['attestation.intoto.json', join(recordIn(bundle), 'run.intoto.json'), ...others]) {
    edit(bundle, path, (statement) => {
      const subjects = statement['subject'] as { name: string; digest: object }[];
      for (const subject of subjects) if (subject.name === 'bundle.json') subject.digest = { sha256: digest };
      if (path === 'attestation.intoto.json') Object(statement['predicate']).artifacts = files;
    });
  }
  const scan = sha256(readFileSync(join(bundle, 'attestation.intoto.json')));
  edit(bundle, 'attestations/vsa.intoto.json', (statement) => {
    Object(statement['predicate']).inputAttestations[0].digest = { sha256: scan };
  });
}

/** Signs all statements anew, as a scan with these keys would have. */
export async function resign(bundle: string, ...keys: PrivateSigningKey[]): Promise<void> {
  rmSync(join(bundle, 'signatures'), { recursive: true, force: true });
  const record = join(bundle, recordIn(bundle));
  for (const name of readdirSync(record)) if (isSignatureFile(join(recordIn(bundle), name))) rmSync(join(record, name));
  await signWith(bundle, keys);
}

/** Signs an unsigned bundle as a scan with these keys would have. */
export async function signWith(
  bundle: string,
  keys: readonly PrivateSigningKey[],
  formats: readonly SignatureFormat[] = ['sigstore'],
): Promise<void> {
  edit(bundle, join(recordIn(bundle), 'run.intoto.json'), ({ predicate }) => {
    Object.assign(Object(predicate), signedAs(keys, formats));
  });
  for (const key of keys) await writeSignatures(bundle, key, formats);
}

/** Gives fresh copies of a bundle, to damage. */
export function copier(): (bundle: string) => string {
  const scratch = temporaryFolder();
  return (bundle) => {
    const copy = mkdtempSync(join(scratch, 'b-'));
    cpSync(bundle, copy, { recursive: true });
    return copy;
  };
}
