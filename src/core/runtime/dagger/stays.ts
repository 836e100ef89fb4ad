import { realpathSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import type { Directory } from '@dagger.io/dagger';
import { Fault } from '../../lib/errors.js';
import { isWithin } from '../../lib/sandbox/mount-table.js';
import { type PlainFiles, plainFiles } from '../../lib/sandbox/plain-files.js';

/** What a job left in one of its mounts and is not brought with the rest. */
export interface Left {
  /** On the engine: all that the job left of its mounts that stay, and the name of this one in it. */
  all: Directory;
  name: string;
  files: PlainFiles;
}

/**
 * What jobs left on the engine. A folder that stands for it here is empty until it is brought: who took it for what it stands
 * for would scan nothing and find nothing. So nothing here stands in for what the engine does not have.
 */
export interface Stays {
  /** Tells, before a job runs, that it writes to the mount of this folder, which stays. Throws when another job did. */
  expect(folder: string): void;
  /** Tells what it left there. */
  leave(folder: string, left: Left): void;
  /** The folder that stands for what is at this path, which is that folder or lies in it. */
  rootOf(path: string): string | undefined;
  /** What such a path is on the engine. Throws `Fault` ('runtime') when the job left nothing, and what the engine fails with. */
  at(path: string): Promise<Directory>;
  /** Puts all of it into the folder here; once, whoever asks. Throws `Fault` ('runtime'). */
  bring(folder: string): Promise<PlainFiles>;
  /** Throws when something that was not brought is at this real path, below it or above it. */
  demandHere(path: string): void;
}

interface Stay {
  /** As jobs name it, and as the system does. */
  from: string;
  real: string;
  left?: Left;
  bringing?: Promise<void>;
  here: boolean;
}

/** `scratch` is a host folder on the file system of the folders that stand for something. */
export function staying(scratch: string): Stays {
  const stays: Stay[] = [];
  const find = (path: string) =>
    normalize(path) === path ? stays.find(({ from, real }) => isWithin(path, from) || isWithin(path, real)) : undefined;
  const expected = (path: string): Stay => {
    const stay = find(path);
    if (stay === undefined) throw new Fault('runtime', `${path} stands for nothing on the engine`);
    return stay;
  };
  const found = (path: string): { stay: Stay; left: Left } => {
    const stay = expected(path);
    if (stay.left === undefined) throw new Fault('runtime', `no job left on the engine what ${path} stands for`);
    return { stay, left: stay.left };
  };
  const demandHere = (path: string) => {
    const away = stays.find(({ here, real }) => !here && (isWithin(path, real) || isWithin(real, path)));
    if (away !== undefined) throw new Error(`${away.from} stands for what is on the engine and was not brought`);
  };
  return {
    expect(folder) {
      if (find(folder) !== undefined) throw new Error(`another job wrote to ${folder}, and that stays`);
      stays.push({ from: folder, real: realpathSync(folder), here: false });
    },
    leave(folder, left) {
      expected(folder).left = left;
    },
    rootOf: (path) => find(path)?.from,
    async at(path) {
      const { stay, left } = found(path);
      const below = path.slice((isWithin(path, stay.from) ? stay.from : stay.real).length + 1);
      return await left.all.directory(join(left.name, below)).sync();
    },
    async bring(folder) {
      const { stay, left } = found(folder);
      stay.bringing ??= bringOne(stay, left, scratch);
      await stay.bringing;
      return left.files;
    },
    demandHere,
  };
}

async function bringOne(stay: Stay, { all, name, files }: Left, scratch: string): Promise<void> {
  try {
    const folder = await mkdtemp(join(scratch, 'brought-'));
    // The outermost folder of an export has not the rights that it had there (0.21).
    await all.filter({ include: [name] }).export(folder);
    const to = join(folder, name);
    const arrived = plainFiles(to);
    for (const [path, size] of files)
      if (arrived.get(path) !== size) throw new Error('a file did not arrive as it was');
    await rm(stay.from, { recursive: true, force: true });
    await rename(to, stay.from);
    stay.here = true;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Fault('runtime', `what a job left on the engine cannot be brought: ${why}`, 'Run again.', { cause });
  }
}
