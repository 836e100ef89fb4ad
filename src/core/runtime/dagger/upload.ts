import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Client, Directory, File } from '@dagger.io/dagger';
import { walk } from '../../lib/sandbox/walk.js';

/** Hands files of the machine that this process runs on to the engine, as they are now. `path` is a folder; `only` leaves in the one entry of that name. */
export type Upload = (path: string, only?: string) => Directory;

/** From the caller's machine, over the session of the SDK. Without `noCache` a path is read once per session. */
export const hostUpload =
  (client: Client): Upload =>
  (path, only) =>
    client.host().directory(path, { noCache: true, ...(only !== undefined && { include: [only] }) });

/** A file or folder of the caller, in the engine. */
export type Uploaded = { folder: Directory } | { file: File };

/** Hands a file or folder over as it is now. Throws for what an upload would change without a word. */
export async function uploaded(from: string, upload: Upload): Promise<Uploaded> {
  const path = await realpath(from);
  const problem = uploadProblem(path);
  if (problem !== undefined) throw new Error(problem);
  if ((await lstat(path)).isDirectory()) return { folder: await upload(path).sync() };
  const name = basename(path);
  return { file: await upload(dirname(path), name).file(name).sync() };
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
export function uploadProblem(path: string): string | undefined {
  if (PATTERN.test(path)) return `an engine of Dagger cannot be handed this path: ${JSON.stringify(path)}`;
  let found: string | undefined;
  walk(path, (entry, stat) => {
    // Pipes would be missing in the upload and sockets would be empty files: what is scanned must be what is there.
    if (stat.isFile() || stat.isDirectory() || stat.isSymbolicLink()) return true;
    found = `neither a file, a folder nor a link, so no engine of Dagger can be handed it: ${JSON.stringify(entry.toString())}`;
    return false;
  });
  return found;
}
