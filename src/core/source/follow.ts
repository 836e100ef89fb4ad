import { readlink, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { Refusal } from '../lib/errors.js';
import { kindOf } from './repository.js';

/** Where a path leads. */
export interface Place {
  /** As named, made absolute. */
  lexical: string;
  /** With all links followed; what does not exist counts as a folder. */
  real: string;
  /** The links on the way. */
  links: readonly string[];
}

/** As many links as Linux follows in one path (path_resolution(7)). */
const MAX_HOPS = 40;

/** Where a path of the operator's leads, whether it exists or not. Throws `Refusal` where that cannot be told. */
export async function placeOf(path: string): Promise<Place> {
  const { end, links } = await follow(path);
  return { lexical: resolve(path), real: await realPlace(end), links };
}

/**
 * Follows a path name by name as the system does, also where its end does not exist: a `..` after a link leads to the
 * parent of what the link names. Throws `Refusal` code `usage` for a loop.
 */
async function follow(path: string): Promise<{ end: string; links: string[] }> {
  const links: string[] = [];
  let place = isAbsolute(path) ? '/' : process.cwd();
  const rest = path.split('/').reverse();
  while (rest.length > 0) {
    const name = rest.pop() ?? '';
    const next = join(place, name);
    const target = name === '..' ? undefined : await linkTarget(next);
    if (target === undefined) {
      place = next;
      continue;
    }
    links.push(next);
    if (links.length > MAX_HOPS) throw new Refusal('usage', [{ file: path, message: 'leads through too many links' }]);
    if (isAbsolute(target)) place = '/';
    rest.push(...target.split('/').reverse());
  }
  return { end: place, links };
}

const linkTarget = async (path: string): Promise<string | undefined> =>
  (await kindOf(path)) === 'link' ? await readlink(path) : undefined;

/** The name that the file system itself uses: on some, several spellings name one folder. */
async function realPlace(path: string): Promise<string> {
  const parent = dirname(path);
  if (parent === path) return path;
  return await realpath(path).catch(async () => join(await realPlace(parent), basename(path)));
}
