import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonicalJson } from '../../../src/core/lib/canonical.js';
import { sha256 } from '../../../src/core/lib/digest.js';
import type { PrivateSigningKey } from '../../../src/core/lib/signing/keys.js';
import type { ScanResult } from '../../../src/core/scan.js';
import { scriptedCatalog } from '../../support/catalog.js';
import { SOUND } from '../../support/reports.js';
import { scanWith, temporaryFolder } from '../../support/scan.js';

export interface Scans {
  exportDir: string;
  results: ScanResult[];
}

/** An export folder that real scans left: one run of each content, in this order. */
export async function scansOf(contents: readonly string[], signKey?: PrivateSigningKey): Promise<Scans> {
  const folder = temporaryFolder();
  const exportDir = join(folder, 'out');
  const catalog = await scriptedCatalog(folder, [{ id: 'sound', script: SOUND }]);
  const results: ScanResult[] = [];
  for (const [i, content] of contents.entries()) {
    const source = join(folder, `source-${i}`);
    mkdirSync(source);
    writeFileSync(join(source, 'a.txt'), content);
    const signing = signKey === undefined ? {} : { signKeys: [signKey] };
    results.push(await scanWith(catalog, { source, exportDir, profile: 'scripted', ...signing }));
  }
  return { exportDir, results };
}

/** Gives fresh copies of an export folder, to damage. */
export function folderCopier(): (exportDir: string) => string {
  const scratch = temporaryFolder();
  return (exportDir) => {
    const copy = mkdtempSync(join(scratch, 'e-'));
    cpSync(exportDir, copy, { recursive: true, verbatimSymlinks: true });
    return copy;
  };
}

export const entryPath = (exportDir: string, seq: number): string =>
  join(exportDir, 'history', `${String(seq).padStart(8, '0')}.json`);

export const readEntryText = (exportDir: string, seq: number): string =>
  readFileSync(entryPath(exportDir, seq), 'utf8');

/** What a careful forger does: changes one entry, and chains all later ones to it again. */
export function forge(exportDir: string, seq: number, change: (entry: Record<string, unknown>) => void): void {
  let previous: string | undefined;
  const last = readdirSync(join(exportDir, 'history')).length;
  for (let at = seq; at <= last; at += 1) {
    const entry = Object(JSON.parse(readEntryText(exportDir, at)));
    if (previous === undefined) change(entry);
    else entry.previous = previous;
    const text = canonicalJson(entry);
    writeFileSync(entryPath(exportDir, at), text);
    previous = sha256(text);
  }
}
