import { randomUUID } from 'node:crypto';
import { chmod, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sha256 } from '../lib/digest.js';
import { hashFile } from './files.js';
import { type AdvisoryKind, PACK_NAMES, type PackName, packLabel } from './kind.js';
import {
  type CurrentEntry,
  currentEntry,
  type Pack,
  type PackContents,
  packContents,
  packId,
  packText,
} from './pack.js';
import { codeOf, damaged } from './refuse.js';

/**
 * Layout below the store's folder: `<digest>/` with `pack.json` and the pack's files, never changed once it is there;
 * `current/<kind>/<name>.json` names the digest in use; `staging/` holds what is being written.
 */
const PACK_FILE = 'pack.json';

const currentPath = (store: string, { kind, name }: PackName): string => join(store, 'current', kind, `${name}.json`);

/** An empty folder for the files of a pack that is being made; on the same file system as the store. */
export async function stagingFolder(store: string): Promise<string> {
  const folder = join(store, 'staging', randomUUID());
  await mkdir(folder, { recursive: true });
  return folder;
}

/**
 * Makes a staged pack the one in use: whole or not at all, also when two processes store at the same time. The folder's
 * files must be those of `contents`. Throws `Fault` when the pack went away meanwhile.
 */
export async function storePack(
  store: string,
  staged: string,
  contents: PackContents,
  origin: Omit<CurrentEntry, 'digest' | 'schemaVersion'>,
): Promise<Pack> {
  const digest = packId(contents);
  await seal(staged, contents);
  await place(staged, join(store, digest), contents);
  const { schemaVersion, ...known } = contents;
  const pack: Pack = { ...known, ...origin, digest };
  await writeWhole(currentPath(store, nameOf(contents)), JSON.stringify({ schemaVersion, digest, ...origin }, null, 2));
  // Another process may have pruned it before it was named.
  await stat(join(store, digest, PACK_FILE)).catch((cause: unknown) => {
    throw damaged(packLabel(pack), 'was removed while it was stored', cause);
  });
  return pack;
}

function nameOf({ kind, name }: PackContents): PackName {
  const found = PACK_NAMES.find((pack) => pack.kind === kind && pack.name === name);
  if (found === undefined) throw new TypeError('no pack has this name');
  return found;
}

/** Everything on disk, and readable for the user that tools run as. */
async function seal(staged: string, contents: PackContents): Promise<void> {
  await writeWhole(join(staged, PACK_FILE), packText(contents));
  for (const name of [...Object.keys(contents.files), PACK_FILE]) {
    await chmod(join(staged, name), 0o444);
    await sync(join(staged, name));
  }
  await chmod(staged, 0o755);
  await sync(staged);
}

/** A pack that stands there already is the same one, or it is damaged and gives way. */
async function place(staged: string, folder: string, contents: PackContents): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await rename(staged, folder);
      return await sync(dirname(folder));
    } catch (error) {
      const taken = ['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(codeOf(error) ?? '');
      if (!taken || attempt === MOST_ATTEMPTS) throw error;
    }
    if (await isIntact(folder, contents)) return rm(staged, { recursive: true, force: true });
    const away = `${staged}.damaged`;
    await rename(folder, away).catch(ignoreMissing);
    await rm(away, { recursive: true, force: true });
  }
}

const MOST_ATTEMPTS = 10;

async function isIntact(folder: string, contents: PackContents): Promise<boolean> {
  try {
    for (const [name, { sha256, size }] of Object.entries(contents.files)) {
      const found = await hashFile(join(folder, name));
      if (found.sha256 !== sha256 || found.size !== size) return false;
    }
    return (await readFile(join(folder, PACK_FILE), 'utf8')) === packText(contents);
  } catch {
    return false;
  }
}

/** What a pack holds, from its `pack.json`. Throws `Fault` code `digest` when that is not what the digest names. */
export async function readContents(store: string, digest: string, label: string): Promise<PackContents> {
  let text: string;
  try {
    text = await readFile(join(store, digest, PACK_FILE), 'utf8');
  } catch (cause) {
    throw damaged(label, `the pack ${digest} is not in the store (${codeOf(cause)})`, cause);
  }
  const parsed = packContents.safeParse(parsedJson(text));
  if (sha256(text) !== digest || !parsed.success) throw damaged(label, `the pack ${digest} was changed in the store`);
  return parsed.data;
}

/** The packs in use of one kind, by name. Their files are hashed when they are mounted. Throws `Fault` for a damaged store. */
export async function packsFor(kind: AdvisoryKind, store: string): Promise<Map<string, Pack>> {
  const packs = new Map<string, Pack>();
  for (const wanted of PACK_NAMES.filter((pack) => pack.kind === kind)) {
    const pack = await currentPack(store, wanted);
    if (pack !== undefined) packs.set(pack.name, pack);
  }
  return packs;
}

/** The pack in use under a name; undefined when there is none, or one in an older form. Throws `Fault` for a damaged store. */
export async function currentPack(store: string, wanted: PackName): Promise<Pack | undefined> {
  const label = packLabel(wanted);
  const text = await readFile(currentPath(store, wanted), 'utf8').catch(ignoreMissing);
  if (text === undefined) return undefined;
  const entry = currentEntry.safeParse(parsedJson(text));
  if (!entry.success) throw damaged(label, 'the entry in the store cannot be read');
  const { schemaVersion, ...contents } = await readContents(store, entry.data.digest, label);
  if (contents.kind !== wanted.kind || contents.name !== wanted.name)
    throw damaged(label, `the entry in the store names a pack of ${packLabel(contents)}`);
  if (label === 'osv/PyPI' && contents.names === undefined) return undefined;
  const { digest, source, imported } = entry.data;
  return { ...contents, digest, source, imported };
}

/** Removes what is not in use, and what killed imports left. Resolves to the digests. Not to be run during an import. */
export async function prunePacks(store: string): Promise<string[]> {
  const found = (await readdir(store).catch(ignoreMissing)) ?? [];
  const used = new Set<string>();
  for (const wanted of PACK_NAMES) used.add((await currentPack(store, wanted))?.digest ?? '');
  const unused = found.filter((name) => /^[0-9a-f]{64}$/.test(name) && !used.has(name)).sort();
  for (const name of [...unused, 'staging']) await rm(join(store, name), { recursive: true, force: true });
  return unused;
}

/** Replaces a file by one that is complete and on disk. */
async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${randomUUID()}`;
  const file = await open(temporary, 'wx', 0o644);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await sync(dirname(path));
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

function ignoreMissing(error: unknown): undefined {
  if (codeOf(error) === 'ENOENT') return undefined;
  throw error;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
