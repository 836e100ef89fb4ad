import { chmod, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../lib/digest.js';
import { Fault } from '../lib/errors.js';
import { printable } from '../lib/printable.js';
import { contentsOf, type FileList, FOLDER_MODE, fileMode, LIST, type Listed, listText } from './file-list.js';
import { hashFiles } from './hash-files.js';
import type { Staging } from './incoming.js';
import { inParallel } from './parallel.js';

/** Changes of permissions that are made at one time. */
const CHANGES = 16;

/** Files that are ready to be published under their digest. */
export interface Sealed {
  staging: Staging;
  digest: string;
  /** Bytes of all files together. */
  size: number;
  files: FileList;
}

/**
 * Lists what was staged and makes it read-only. Throws `Fault` code `toolchain` for what no entry may hold:
 * links, files with several links, special files, bytecode.
 */
export async function seal(staging: Staging): Promise<Sealed> {
  const { files, folders } = await contentsOf(staging.root, unfit);
  if (files.length === 0) throw new Fault('toolchain', 'nothing was installed');
  const list = new Map<string, Listed>();
  let size = 0;
  await hashFiles(staging.root, files, (path, state) => {
    if (!state.plain) throw unfit(path);
    list.set(path, { sha256: state.sha256, executable: (state.mode & 0o100) !== 0 });
    size += state.size;
  });
  const text = listText(list);
  await writeFile(join(staging.entry, LIST), text, { flag: 'wx' });
  await chmod(join(staging.entry, LIST), 0o444);
  await settle(staging, list, folders);
  return { staging, digest: sha256(text), size, files: list };
}

const unfit = (path: string) =>
  new Fault(
    'toolchain',
    `${printable(path, 300)} cannot be installed: only plain files with plain names can, no bytecode`,
  );

/**
 * Makes everything read-only. Content is not synced file by file, which took half a minute for the largest tools: what a
 * crash of the machine loses, the next check notices and the next install repairs.
 */
async function settle({ entry, root }: Staging, list: FileList, folders: readonly string[]): Promise<void> {
  await inParallel(CHANGES, [...list], ([path, listed]) => chmod(join(root, path), fileMode(listed)));
  for (const path of ['', ...folders].reverse()) await chmod(join(root, path), FOLDER_MODE);
  await sync(join(entry, LIST));
  await sync(entry);
}

export async function sync(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
