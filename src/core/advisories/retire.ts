import { isUtf8 } from 'node:buffer';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { hashFile, readInput } from './files.js';
import type { PackContents } from './pack.js';
import { refuse } from './refuse.js';

/** The name under which the list is handed to Retire.js (`--jsrepo`). */
export const RETIRE_FILE = 'RetireJsVulns.json';

/** The list of 2026 has 0.6 MB. */
export const RETIRE_BYTES = 32 * 2 ** 20;

/** As far as the list must hold here; Retire.js itself checks each member and ends with an error. */
const repository = z.record(
  z.string(),
  z.looseObject({
    vulnerabilities: z.array(z.looseObject({ below: z.string(), severity: z.string() })),
    extractors: z.record(z.string(), z.unknown()),
  }),
);

/**
 * Makes a pack of a Retire.js repository (`jsrepository-v5.json` and the forms before it). The list has no dates inside:
 * `newest` is the day on which it was the newest one, `YYYY-MM-DD`. Throws `Refusal`.
 */
export async function makeRetirePack(path: string, newest: string, staged: string): Promise<PackContents> {
  const data = await readInput(path, RETIRE_BYTES);
  const parsed = repository.safeParse(isUtf8(data) ? parsedJson(path, data.toString('utf8')) : undefined);
  const remedy = 'Give jsrepository-v5.json of the RetireJS project.';
  if (!parsed.success) throw refuse(path, 'is not a Retire.js repository', remedy);
  const count = Object.values(parsed.data).reduce((sum, { vulnerabilities }) => sum + vulnerabilities.length, 0);
  if (count === 0) throw refuse(path, 'holds no vulnerability', remedy);
  const file = join(staged, RETIRE_FILE);
  await writeFile(file, data, { flag: 'wx' });
  const files = { [RETIRE_FILE]: await hashFile(file) };
  return { schemaVersion: 1, kind: 'retire', name: 'retire', newest: `${newest}T00:00:00Z`, count, files };
}

function parsedJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw refuse(path, 'is not JSON', 'It may be cut off.', cause);
  }
}
