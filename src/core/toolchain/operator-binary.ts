import { realpath } from 'node:fs/promises';
import { relative } from 'node:path';
import { sha256File } from '../lib/digest.js';
import { Fault, Refusal } from '../lib/errors.js';
import { openPlainFile } from '../lib/plain-file.js';

/**
 * Checks a program of this host that the policy names: a plain file, reached through no link, outside the source, with
 * the digest that the policy says. Throws `Refusal` code `policy` for its place, `Fault` code `digest` for its content.
 */
export async function checkBinary(
  tool: string,
  { path, sha256 }: { path: string; sha256: string },
  source: string | undefined,
): Promise<void> {
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined) throw refusal(tool, `${path} is not there`);
  if (real !== path) throw refusal(tool, `${path} is reached through a link`);
  if (source !== undefined && isInside(real, await realpath(source)))
    throw refusal(tool, `${path} is inside the source`);
  await (await openPlainFile(path).catch(() => Promise.reject(refusal(tool, `${path} is no plain file`)))).close();
  const found = await sha256File(path);
  if (found === sha256) return;
  const remedy = 'Put the right program there, or name its digest in the policy after you have checked it.';
  throw new Fault('digest', `${tool}: ${path} has SHA-256 ${found}, the policy names ${sha256}`, remedy);
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || !(way === '..' || way.startsWith('../'));
}

const refusal = (tool: string, message: string) =>
  new Refusal('policy', [
    { path: `toolchain.binaries.${tool}`, message, remedy: 'Name a plain file by its real path.' },
  ]);
