import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readAuditLogSoFar } from '../verify/audit-log.js';
import { openFolder } from '../verify/folder.js';
import { problemList } from '../verify/problems.js';
import { RUN_ID } from './entry.js';
import { isFolder } from './place.js';

/** A run that has not ended: it goes on, or it was killed. */
export interface Unfinished {
  run: string;
  /** Its log of decisions as far as it is sound; `whole` is false when it ends in a torn entry. Null when there is none. */
  log: { entries: number; whole: boolean } | null;
}

/** What stands under `.incomplete/`. Looks and changes nothing, and follows no link. */
export async function unfinishedRuns(exportDir: string): Promise<Unfinished[]> {
  const folder = join(exportDir, '.incomplete');
  if (!(await isFolder(folder))) return [];
  const runs = (await readdir(folder)).filter((name) => RUN_ID.test(name)).sort();
  const found: Unfinished[] = [];
  for (const run of runs) found.push({ run, log: await logOf(join(folder, run), run) });
  return found;
}

async function logOf(path: string, run: string): Promise<Unfinished['log']> {
  if (!(await isFolder(path))) return null;
  const folder = await openFolder(path, problemList());
  const log = `bundle/runs/${run}/audit.jsonl`;
  if (!folder.files.includes(log)) return null;
  const { entries, broken } = await readAuditLogSoFar(folder, log, run);
  return { entries, whole: broken === undefined };
}
