import { chmod, copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Platform } from '../plan/supplier.js';
import { installFault } from './fault.js';
import type { Artifact } from './fetched.js';
import type { HostProgram } from './programs.js';

/** Toolchains are published as versions of this module, which Go always checks by the checksum database (go.dev/ref/mod). */
const MODULE = 'golang.org/toolchain';

const downloaded = z.looseObject({ Dir: z.string().min(1), Sum: z.string().min(1), Version: z.string().min(1) });

/** An exact Go toolchain on disk. */
export interface Toolchain {
  folder: string;
  program: HostProgram;
  artifact: Artifact;
}

/** Fetches a toolchain as a module. `run` starts the host's go. Throws `Fault` code `toolchain`. */
export async function fetchToolchain(
  version: string,
  platform: Platform,
  run: (args: readonly string[]) => Promise<string>,
): Promise<Toolchain> {
  const system = platform.replace('x64', 'amd64');
  const printed = await run(['mod', 'download', '-json', `${MODULE}@v0.0.1-${version}.${system}`]);
  const known = downloaded.safeParse(JSON.parse(printed));
  if (!known.success) throw installFault(`the toolchain ${version} cannot be fetched`);
  const { Dir: folder, Sum: integrity, Version } = known.data;
  await unfold(folder);
  const program = { program: join(folder, 'bin', 'go'), args: [] };
  return { folder, program, artifact: { name: MODULE, version: Version, integrity } };
}

/**
 * What the go command does when it first uses a downloaded toolchain: a module's archive holds neither permissions nor
 * `go.mod` files below its root (cmd/go, `toolchain.Exec`).
 */
async function unfold(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const tools = [join(folder, 'bin'), join(folder, 'pkg', 'tool')];
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && tools.some((tool) => path.startsWith(`${tool}/`))) await chmod(path, 0o755);
    if (entry.isFile() && entry.name === '_go.mod') await copyFile(path, join(entry.parentPath, 'go.mod'));
  }
}
