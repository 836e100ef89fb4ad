import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { sha256File } from '../lib/digest.js';
import { openPlainFile } from '../lib/plain-file.js';

/** One file beside a run statement, as the statement names it. `path` is relative to the record. */
export interface RecordFile {
  path: string;
  sha256: string;
  size: number;
}

/**
 * The files of a run record that the run statement is to name: all but itself, signatures, and the audit log, whose head
 * it holds. Call it after they are written and before the statement is.
 */
export async function recordFiles(record: string): Promise<RecordFile[]> {
  const entries = await readdir(record, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(record, join(entry.parentPath, entry.name)));
  const named = paths.filter((path) => path !== 'audit.jsonl' && path !== 'run.intoto.json').sort();
  const files: RecordFile[] = [];
  for (const path of named) files.push({ path, ...(await measured(join(record, path))) });
  return files;
}

async function measured(path: string): Promise<Omit<RecordFile, 'path'>> {
  const file = await openPlainFile(path);
  try {
    return { sha256: await sha256File(path), size: (await file.stat()).size };
  } finally {
    await file.close();
  }
}
