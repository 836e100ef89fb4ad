import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '../lib/errors.js';
import { download } from './download.js';
import { installFault } from './fault.js';
import type { Fetch } from './fetched.js';
import { machinePlatform } from './native.js';
import { tarMember } from './tar.js';
import { FileWriter } from './write-file.js';
import { zipMembers } from './zip.js';

/** Bytes of one program. */
const MOST_BYTES = 2 ** 30;

/** Downloads a release file by its SHA-256, which the tool file names, and takes one program out of it to `run.entry`. */
export const fetchRelease: Fetch<'release'> = async (spec, entry, staged, ports) => {
  const own = machinePlatform(ports.machine);
  const platform = spec.archives[own] === undefined ? 'any' : own;
  const archive = spec.archives[platform];
  if (archive === undefined) {
    const remedy = `It publishes for ${Object.keys(spec.archives).sort().join(', ')}.`;
    throw new Refusal('tool', [{ message: `${spec.project} publishes nothing for ${own}`, remedy }]);
  }
  const { url, sha256, member } = archive;
  const integrity = `sha256-${sha256}`;
  if (entry !== undefined && !entry.artifacts.some((one) => one.integrity === integrity))
    throw installFault('the tool file and its lock name different archives');
  const path = join(staged.work, 'archive');
  await download(url, sha256, path, ports);
  const content = member === undefined ? createReadStream(path) : memberOf(path, url, member);
  await new FileWriter(staged.root).write(spec.run.entry, content, spec.run.interpreter === 'none', MOST_BYTES);
  const file = new URL(url).pathname.split('/').at(-1) ?? '';
  return { artifacts: [{ name: spec.project, version: spec.version, file, integrity }], platform };
};

async function* memberOf(archive: string, url: string, wanted: string): AsyncGenerator<Buffer> {
  if (/\.(?:tar\.gz|tgz)$/.test(new URL(url).pathname)) {
    yield* tarMember(archive, wanted, MOST_BYTES);
    return;
  }
  for await (const member of zipMembers(archive)) {
    if (member.path !== wanted) continue;
    yield* member.content();
    return;
  }
  throw installFault(`the archive does not hold ${wanted}`);
}
