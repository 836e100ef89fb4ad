import { posix } from 'node:path';
import type { Report } from '../lib/protocol.js';
import type { Format } from './formats.js';
import { NOT_IN_FILE } from './rules.js';

/** A file that was read, and how many packages it names without their licences. */
export interface Silent {
  path: string;
  format: Format;
  packages: number;
  /** How many packages it names in all: a lockfile of nothing speaks for no manifest. */
  named: number;
}

/** One note for each file that is silent, but for a manifest whose packages a lockfile beside or above it lists. */
export function tellSilent(files: readonly Silent[], report: Report): void {
  const locked = new Set(
    files.filter((file) => isLockfile(file) && file.named > 0).map((file) => placeOf(file, posix.dirname(file.path))),
  );
  for (const file of files) {
    if (file.packages === 0 || (!isLockfile(file) && isLocked(file, locked))) continue;
    const count = file.packages === 1 ? 'One package is' : `${file.packages} packages are`;
    const message = `${count} named here without a licence: not judged.`;
    report.finding({ rule: NOT_IN_FILE, path: file.path, startLine: 1, message });
  }
}

const isLockfile = ({ format }: Silent): boolean => format.kind === 'lockfile';

const placeOf = ({ format }: Silent, folder: string): string => `${format.ecosystem} ${folder}`;

function isLocked(file: Silent, locked: ReadonlySet<string>): boolean {
  for (let folder = posix.dirname(file.path); ; folder = posix.dirname(folder)) {
    if (locked.has(placeOf(file, folder))) return true;
    if (folder === '.') return false;
  }
}
