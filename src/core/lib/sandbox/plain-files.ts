import type { Stats } from 'node:fs';
import { walk } from './walk.js';

/** Bytes of each plain file of a folder that has one name, by its path below it, one UTF-16 unit for each byte. */
export type PlainFiles = ReadonlyMap<string, number>;

/** Looks at all of a folder. What is not listed is a link, a device, a file with more names, or lies behind a link. */
export function plainFiles(folder: string): PlainFiles {
  const { files, add } = listing(folder);
  walk(folder, (entry, stat) => {
    add(entry, stat);
    return true;
  });
  return files;
}

/** The list of a folder for one who walks it anyhow, and adds each entry. */
export function listing(folder: string) {
  const files = new Map<string, number>();
  const start = Buffer.byteLength(folder) + 1;
  const add = (entry: Buffer, stat: Stats): void => {
    if (stat.isFile() && stat.nlink === 1) files.set(entry.toString('latin1', start), stat.size);
  };
  return { files, add };
}

/** `<size> <path>` for each file, ended by a NUL, which is in no path. */
export const packFiles = (files: PlainFiles): Buffer =>
  Buffer.from([...files].map(([path, size]) => `${size} ${path}\0`).join(''), 'latin1');

/** What `packFiles` packed. Throws for what it never packs. */
export function unpackFiles(packed: Buffer): PlainFiles {
  const records = packed.toString('latin1').split('\0');
  if (records.pop() !== '') throw new Error('a list of files is cut off');
  return new Map(records.map(fileOf));
}

function fileOf(record: string): [string, number] {
  const { size, path } = /^(?<size>\d{1,15}) (?<path>.+)$/s.exec(record)?.groups ?? {};
  if (size === undefined || path === undefined) throw new Error('a list of files has a record that is none');
  return [path, Number(size)];
}
