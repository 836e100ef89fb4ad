import { statfs } from 'node:fs/promises';
import { Fault } from './lib/errors.js';

/** Below this a disk counts as full, in bytes: what failed may have been a larger write. */
const FULL = 2 ** 20;

const NO_SPACE = /\b(?:ENOSPC|EDQUOT)\b|no space left on device/i;

/** Throws what it is given; what the system refused to write becomes a `Fault` code `disk` that says which disk is full. */
export function diskFaults(exportDir: string, temporary: string) {
  const disks = [
    { what: 'the export folder', path: exportDir },
    { what: 'the temporary folder', path: temporary },
  ];
  return async (error: unknown): Promise<never> => {
    if (!(error instanceof Error)) throw error;
    if (NO_SPACE.test(error.message)) throw await noSpace(error, disks);
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code === undefined || syscall === undefined) throw error;
    const remedy = 'Look at the rights and the state of the disk, then run again.';
    throw new Fault('disk', `the run could not use its folders: ${error.message}`, remedy, { cause: error });
  };
}

interface Disk {
  what: string;
  path: string;
}

async function noSpace(cause: Error, disks: readonly Disk[]): Promise<Fault> {
  const room = await Promise.all(disks.map(async (disk) => ({ ...disk, free: await freeBytes(disk.path) })));
  const full = room.filter(({ free }) => free < FULL);
  const where = (full.length > 0 ? full : room).map(({ what, path }) => `${what} ${path}`).join(' or ');
  const message = `no space left on the disk of ${where}; no bundle was made`;
  return new Fault('disk', message, 'Make room, or choose another place with --export-dir or TMPDIR.', { cause });
}

async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path).catch(() => ({ bavail: 0, bsize: 0 }));
  return bavail * bsize;
}
