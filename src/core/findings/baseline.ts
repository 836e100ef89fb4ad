import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { sha256, sha256File } from '../lib/digest.js';
import { Refusal } from '../lib/errors.js';
import type { Finding } from './finding.js';
import { readFindings } from './merge.js';

/** Says whether the baseline has a finding; fingerprints hold an ordinal, so each stands for one finding. */
export type IsKnown = (finding: Finding) => boolean;

const indexSchema = z.looseObject({ files: z.array(z.looseObject({ path: z.string(), sha256: z.string() })) });

/** SHA-256 of a baseline bundle's index; `undefined` when the folder is no bundle, so that it may be a git ref. */
export async function bundleIndexDigest(folder: string): Promise<string | undefined> {
  const text = await readFile(join(folder, 'bundle.json')).catch(() => undefined);
  return text === undefined ? undefined : sha256(text);
}

/** The findings of a baseline bundle. Throws `Refusal` when they are not the ones that its index names. */
export async function knownInBundle(folder: string): Promise<IsKnown> {
  const refuse = (message: string) => new Refusal('bundle', [{ file: folder, message: `--baseline: ${message}` }]);
  const index = indexSchema.safeParse(JSON.parse(await readFile(join(folder, 'bundle.json'), 'utf8')));
  const entry = index.data?.files.find((file) => file.path === 'findings.jsonl');
  if (entry === undefined) throw refuse('its bundle.json lists no findings.jsonl');
  const path = join(folder, 'findings.jsonl');
  if ((await sha256File(path)) !== entry.sha256) throw refuse('findings.jsonl is not the file that bundle.json lists');
  return knownIn([readFindings(path)]);
}

/** The findings of these streams. */
export async function knownIn(sources: readonly AsyncIterable<Finding>[]): Promise<IsKnown> {
  const fingerprints = new Set<string>();
  for (const source of sources) for await (const finding of source) fingerprints.add(finding.fingerprint);
  return (finding) => fingerprints.has(finding.fingerprint);
}
