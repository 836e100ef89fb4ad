import { lstat, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { readInput } from './files.js';
import { codeOf, refuse } from './refuse.js';
import { type ArchiveLimits, readZip } from './zip-reader.js';

/** Where OSV records come from; `members` reads them, in no order that matters. */
export interface OsvInput {
  /** As the operator named it. */
  path: string;
  members(): AsyncIterable<{ name: string; data: Buffer; form: 'json' | 'yaml' }>;
}

/** osv.dev's largest ecosystem, npm, has about 220,000 records in 100 MB; one record rarely has more than 200 KiB. */
export const OSV_LIMITS: ArchiveLimits = {
  archiveBytes: 2 ** 30,
  entries: 1_000_000,
  memberBytes: 8 * 2 ** 20,
  totalBytes: 2 * 2 ** 30,
  ratio: 50,
};

/** YAML costs far more than its bytes. */
const YAML_BYTES = 2 ** 20;

/** A zip of OSV records, or a folder of them. Throws `Refusal` when it is neither. */
export async function openOsvInput(path: string): Promise<OsvInput> {
  const stat = await lstat(path).catch((cause: unknown) => {
    throw refuse(path, `cannot be read (${codeOf(cause)})`, undefined, cause);
  });
  return { path, members: () => (stat.isDirectory() ? folderMembers(path) : zipMembers(path)) };
}

async function* zipMembers(path: string) {
  for await (const { name, data } of readZip(path, OSV_LIMITS)) {
    if (!name.endsWith('.json'))
      throw refuse(path, 'holds a file that is not named .json', 'Give a zip of OSV records.');
    yield { name, data, form: 'json' as const };
  }
}

/** Other files in a folder are no data, such as a README; links are refused, because they can lead anywhere. */
async function* folderMembers(path: string) {
  let total = 0;
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  if (entries.length > OSV_LIMITS.entries) throw refuse(path, `holds more than ${OSV_LIMITS.entries} files`);
  for (const entry of entries) {
    const form = formOf(entry.name);
    if (entry.isDirectory() || form === undefined) continue;
    const file = join(entry.parentPath, entry.name);
    if (!entry.isFile()) throw refuse(file, 'is not a plain file');
    const data = await readInput(file, form === 'yaml' ? YAML_BYTES : OSV_LIMITS.memberBytes);
    total += data.length;
    if (total > OSV_LIMITS.totalBytes) throw refuse(path, `holds more than ${OSV_LIMITS.totalBytes} bytes`);
    yield { name: relative(path, file), data, form };
  }
}

function formOf(name: string): 'json' | 'yaml' | undefined {
  if (name.endsWith('.json')) return 'json';
  return name.endsWith('.yaml') || name.endsWith('.yml') ? 'yaml' : undefined;
}
