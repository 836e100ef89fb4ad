import { createHash } from 'node:crypto';
import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Client, Directory, File } from '@dagger.io/dagger';
import { walk } from '../../lib/sandbox/walk.js';
import type { Stays } from './stays.js';

/** Hands files of the machine that this process runs on to the engine, as they are now. `path` is a folder; `only` leaves in the entries of these names. */
export type Upload = (path: string, only?: readonly string[]) => Promise<Directory>;

/**
 * From the caller's machine, over the session of the SDK. Without `noCache` a path is read once per session. It is asked for
 * at once: the SDK does all that leads to a folder again at each use, reading it too, until it knows its id (0.21).
 */
export const hostUpload =
  (client: Client): Upload =>
  (path, only) =>
    client
      .host()
      .directory(path, { noCache: true, ...(only !== undefined && { include: [...only] }) })
      .sync();

/** A file or folder of the caller, in the engine. */
export type Uploaded = { folder: Directory } | { file: File };

/**
 * Uploads for one session: what is as it was at an earlier call is not sent again. Each throws for what an upload would change
 * without a word, and for what is not here.
 */
export interface HandOver {
  /** A file or folder as it is now. */
  one(from: string): Promise<Uploaded>;
  /** A file or folder that nothing changes in this session: what stayed on the engine is taken from there, all else is looked at and sent once. */
  settled(from: string): Promise<Uploaded>;
  /** A folder with these entries of it alone, as they are now. */
  some(folder: string, names: readonly string[]): Promise<Directory>;
}

export function handingOver(upload: Upload, stays: Stays): HandOver {
  const known = new Map<string, Promise<Uploaded>>();
  const stateHere = (path: string) => {
    stays.demandHere(path);
    return demandedState(path);
  };
  const once = (key: string, send: () => Promise<Uploaded>) => {
    const sent = known.get(key) ?? send();
    known.set(key, sent);
    return sent;
  };
  return {
    settled: (from) =>
      once(from, async () => {
        if (stays.rootOf(from) !== undefined) return { folder: await stays.at(from) };
        stateHere(from);
        return send(from, upload);
      }),
    one: async (from) => {
      const path = await realpath(from);
      return once(`${path}\0${stateHere(path)}`, () => send(path, upload));
    },
    some: async (from, names) => {
      const folder = await realpath(from);
      const states = names.map((name) => `${name}\0${stateHere(join(folder, name))}`);
      const sent = await once(`${folder}\0${states.join('\0')}`, async () => ({ folder: await upload(folder, names) }));
      if ('file' in sent) throw new Error('a folder was sent as a file');
      return sent.folder;
    },
  };
}

function demandedState(path: string): string {
  const { problem, state } = stateOf(path);
  if (problem !== undefined) throw new Error(problem);
  return state;
}

async function send(path: string, upload: Upload): Promise<Uploaded> {
  if ((await lstat(path)).isDirectory()) return { folder: await upload(path) };
  const name = basename(path);
  return { file: (await upload(dirname(path), [name])).file(name) };
}

/**
 * A context with that at `at`, owned by `uid`. Naming an owner makes the engine copy: otherwise files are further links to
 * its own, and what has a second link is no report (0.21).
 */
export function withUploaded(context: Directory, at: string, what: Uploaded, uid: number): Directory {
  const owner = `${uid}:${uid}`;
  return 'file' in what
    ? context.withFile(at, what.file, { owner })
    : context.withDirectory(at, what.folder, { owner });
}

/** The engine reads these in a path as a pattern (0.21). */
const PATTERN = /[*?[\]\\!]/;

/** Why this file or folder would not arrive in an engine as it is, or undefined. */
export const uploadProblem = (path: string): string | undefined => stateOf(path).problem;

/**
 * Looks at all that would be sent. `state` is another one after any change: nobody but root can set the time of the last
 * change of a file's status where the file system has one (inode(7)). What is at or below `apart` does not count.
 */
export function stateOf(path: string, apart?: string) {
  let problem = PATTERN.test(path)
    ? `an engine of Dagger cannot be handed this path: ${JSON.stringify(path)}`
    : undefined;
  const hash = createHash('sha256');
  const isApart = insideOf(apart);
  const devices = new Set<number>();
  walk(path, (entry, stat) => {
    if (isApart(entry)) return true;
    devices.add(stat.dev);
    hash.update(entry).update(`\0${stat.ino} ${stat.mode} ${stat.size} ${stat.mtimeMs} ${stat.ctimeMs}\n`);
    // Pipes would be missing in the upload and sockets would be empty files: what is scanned must be what is there.
    if (!stat.isFile() && !stat.isDirectory() && !stat.isSymbolicLink())
      problem ??= `neither a file, a folder nor a link, so no engine of Dagger can be handed it: ${JSON.stringify(entry.toString())}`;
    return true;
  });
  return { problem, state: hash.digest('hex'), isOneDevice: devices.size <= 1 };
}

function insideOf(folder: string | undefined): (entry: Buffer) => boolean {
  if (folder === undefined) return () => false;
  const start = Buffer.from(`${folder}/`);
  return (entry) => entry.subarray(0, start.length).equals(start) || entry.equals(start.subarray(0, -1));
}
