import { statfs } from 'node:fs/promises';
import { Fault, Refusal } from './lib/errors.js';

/** Below this a disk counts as full, in bytes: what failed may have been a larger write. */
const FULL = 2 ** 20;

const NO_SPACE = /\b(?:ENOSPC|EDQUOT)\b|no space left on device|errno: -28\b/i;

interface Disk {
  what: string;
  path: string;
}

/** Throws what it is given; what the system refused to write becomes a `Fault` code `disk` that says which disk is full. */
export function diskFaults(exportDir: string, temporary: string) {
  const work = { what: 'the temporary folder', path: temporary };
  const disks = [{ what: 'the export folder', path: exportDir }, work];
  return async (error: unknown): Promise<never> => {
    if (!(error instanceof Error) || error instanceof Refusal) throw error;
    // Its bundle stands.
    if (error instanceof Fault && error.code === 'history') throw error;
    const full = await fullOnes(disks);
    const likely = error instanceof Fault && error.code === 'snapshot' ? [work] : disks;
    if (NO_SPACE.test(error.message)) throw noSpace(full.length > 0 ? full : likely, error);
    // A process that died of it has not always said so.
    if (error instanceof Fault) throw full.length > 0 ? noSpace(full, error) : error;
    const { code, syscall } = error as NodeJS.ErrnoException;
    if (code === undefined || syscall === undefined) throw error;
    const remedy = 'Look at the rights and the state of the disk, then run again.';
    throw new Fault('disk', `the run could not use its folders: ${error.message}`, remedy, { cause: error });
  };
}

function noSpace(disks: readonly Disk[], cause: Error): Fault {
  const where = disks.map(({ what, path }) => `${what} ${path}`).join(' or ');
  const message = `no space left on the disk of ${where}; no bundle was made (${cause.message.slice(0, 100)})`;
  return new Fault('disk', message, 'Make room, or choose another place with --export-dir or TMPDIR.', { cause });
}

async function fullOnes(disks: readonly Disk[]): Promise<Disk[]> {
  const looked = await Promise.all(disks.map(async (disk) => ({ disk, free: await freeBytes(disk.path) })));
  return looked.filter(({ free }) => free !== undefined && free < FULL).map(({ disk }) => disk);
}

/** `undefined` where the system does not tell. */
async function freeBytes(path: string): Promise<number | undefined> {
  const found = await statfs(path).catch(() => undefined);
  return found === undefined ? undefined : found.bavail * found.bsize;
}
