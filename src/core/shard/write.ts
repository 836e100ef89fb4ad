import { copyFile, mkdir, open, readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type RanFacts, ranBy, writeRecordFiles } from '../attest/write.js';
import { sourceOf } from '../bundle/documents.js';
import { syncFolder } from '../bundle/publish.js';
import { type IndexEntry, writeDurably } from '../bundle/staging.js';
import { canonicalJson } from '../lib/canonical.js';
import { sha256File } from '../lib/digest.js';
import { signBlob } from '../lib/signing/blob.js';
import type { PrivateSigningKey } from '../lib/signing/keys.js';
import { VERSION } from '../lib/version.js';
import { type Plan, planDigest } from '../plan/plan.js';
import type { StepRun } from '../runtime/context.js';
import type { Snapshot } from '../source/snapshot.js';
import {
  COMPONENTS,
  FILES,
  FINDINGS,
  INDEX,
  mediaTypeOf,
  NATIVE,
  OUTCOMES,
  PLAN,
  RULES,
  RUN,
  SOURCE,
  signatureOfIndex,
} from './documents.js';
import { fileLines } from './file-list.js';
import type { Shard } from './shard.js';

/** What one part of a scan came to. */
export interface ShardInput {
  shard: Shard;
  plan: Plan;
  snapshot: Snapshot;
  /** Of the steps of this part, and of no other. */
  runs: readonly StepRun[];
}

/** Writes what is known before the run ends: plan, source, outcomes, and what readers made of the reports. */
export async function writeParts({ plan, snapshot, runs }: ShardInput, folder: string): Promise<void> {
  const json = (name: string, value: object) => writeDurably(join(folder, name), [canonicalJson(value)]);
  const { unread, excluded, ignored } = snapshot;
  await json(PLAN, plan);
  await json(SOURCE, { schemaVersion: 1, source: sourceOf(snapshot), unread, excluded, ignored });
  await writeDurably(join(folder, FILES), fileLines(snapshot.entries));
  await json(OUTCOMES, { schemaVersion: 1, steps: runs.map(({ outcome }) => outcome) });
  for (const { outcome, results } of runs)
    if (results !== undefined) await copyResults(results, join(folder, 'steps', outcome.step));
}

const LEFT = [FINDINGS, RULES, COMPONENTS, NATIVE];

async function copyResults(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const name of await readdir(from)) if (LEFT.includes(name)) await copyDurably(join(from, name), join(to, name));
}

async function copyDurably(from: string, to: string): Promise<void> {
  await copyFile(from, to);
  const file = await open(to, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Writes the record of the run, whose audit log is closed, the index, and a signature over that by each key. `facts.folder`
 * is the record's.
 */
export async function writeIndex(
  { shard, plan }: ShardInput,
  facts: RanFacts,
  keys: readonly PrivateSigningKey[],
  folder: string,
): Promise<void> {
  await writeRecordFiles(facts);
  await writeDurably(join(folder, RUN), [canonicalJson({ schemaVersion: 1, ...ranBy(facts) })]);
  const index = {
    schemaVersion: 1,
    shard,
    generator: { name: 'security-scan', version: VERSION },
    plan: planDigest(plan),
    files: await measured(folder),
  };
  const text = canonicalJson(index);
  await writeDurably(join(folder, INDEX), [text]);
  for (const key of keys)
    await writeDurably(join(folder, signatureOfIndex(key.shortId)), [signBlob(Buffer.from(text), key, INDEX)]);
}

async function measured(folder: string): Promise<IndexEntry[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files: IndexEntry[] = [];
  for (const path of paths.sort()) {
    const { size } = await stat(path);
    files.push({
      path: path.slice(folder.length + 1),
      sha256: await sha256File(path),
      size,
      mediaType: mediaTypeOf(path),
    });
  }
  return files;
}

/** Makes a staged shard visible in one rename, under a name that no other has. */
export async function publishShard(staged: string, exportDir: string, { index, of }: Shard): Promise<string> {
  await syncFolder(staged);
  const id = (await sha256File(join(staged, INDEX))).slice(0, 8);
  const folder = join(exportDir, `shard-${index}-of-${of}-${id}`);
  await rename(staged, folder);
  await syncFolder(exportDir);
  return folder;
}
