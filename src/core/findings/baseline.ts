import { join } from 'node:path';
import * as z from 'zod';
import { sha256, sha256File } from '../lib/digest.js';
import { Refusal } from '../lib/errors.js';
import { readPlainFile } from '../lib/plain-file.js';
import type { Finding } from './finding.js';
import { readFindings } from './merge.js';

/** Says whether the baseline has a finding; fingerprints hold an ordinal, so each stands for one finding. */
export type IsKnown = (finding: Finding) => boolean;

const MAX_INDEX = 2 ** 28;

const indexSchema = z.looseObject({ files: z.array(z.looseObject({ path: z.string(), sha256: z.string() })) });

/** SHA-256 of a baseline bundle's index; `undefined` when the folder is no bundle, so that it may be a git ref. */
export async function bundleIndexDigest(folder: string): Promise<string | undefined> {
  const text = await readPlainFile(join(folder, 'bundle.json'), MAX_INDEX).catch(() => undefined);
  return text === undefined ? undefined : sha256(text);
}

/**
 * Fingerprints are made from masked lines, so a secret that was exchanged for another looks the same: findings about
 * values are known only where the file is the same, byte by byte, which a bundle does not tell. A commit stays as it is.
 */
const VALUES: readonly string[] = ['secrets', 'privacy'];

/** The findings of a baseline bundle, but for secrets and personal data. Throws `Refusal` when they are not the ones that its index names. */
export async function knownInBundle(folder: string): Promise<IsKnown> {
  const refuse = (message: string) => new Refusal('bundle', [{ file: folder, message: `--baseline: ${message}` }]);
  const index = indexSchema.safeParse(
    JSON.parse((await readPlainFile(join(folder, 'bundle.json'), MAX_INDEX)).toString('utf8')),
  );
  const entry = index.data?.files.find((file) => file.path === 'findings.jsonl');
  if (entry === undefined) throw refuse('its bundle.json lists no findings.jsonl');
  const path = join(folder, 'findings.jsonl');
  if ((await sha256File(path)) !== entry.sha256) throw refuse('findings.jsonl is not the file that bundle.json lists');
  const isKnown = await knownIn([path]);
  return (finding) => isKnown(finding) && (finding.commit !== undefined || !VALUES.includes(finding.category));
}

/** The findings of a scan of another snapshot; those about values only in files that did not change. */
export async function knownInSteps(files: readonly string[], before: Files, now: Files): Promise<IsKnown> {
  const isKnown = await knownIn(files);
  const [old, current] = [before, now].map((entries) => new Map(entries.map(({ path, gitBlob }) => [path, gitBlob])));
  const unchanged = ({ path, commit }: Finding) =>
    commit !== undefined || (old?.has(path) === true && old.get(path) === current?.get(path));
  return (finding) => isKnown(finding) && (!VALUES.includes(finding.category) || unchanged(finding));
}

type Files = readonly { path: string; gitBlob: string }[];

async function knownIn(files: readonly string[]): Promise<IsKnown> {
  const fingerprints = new Set<string>();
  for (const file of files)
    for await (const findings of readFindings(file))
      for (const { fingerprint } of findings) fingerprints.add(fingerprint);
  return ({ fingerprint }) => fingerprints.has(fingerprint);
}
