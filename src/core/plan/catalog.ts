import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { digestOf } from '../lib/digest.js';
import { readDocument } from '../lib/document/read.js';
import { Refusal } from '../lib/errors.js';
import { type Lock, lockSchema } from './lock.js';
import { type ProfileFile, profileSchema } from './profile.js';
import { type Tool, toolSchema } from './tool.js';

/** Everything that a plan is made from, besides manifest and policy. */
export interface Catalog {
  tools: ReadonlyMap<string, Tool>;
  profiles: ReadonlyMap<string, ProfileFile>;
  lock: Lock;
  /** Host folder that holds one folder for each worker. */
  workers: string;
  /** SHA-256 over the rules, tool files and profiles, as manifest-info names it. */
  rulesetDigest: string;
  /** The rule files' texts, by their path under `rules/`. */
  ruleFiles: Readonly<Record<string, string>>;
}

/** Where the package keeps its data. */
export interface CatalogFolders {
  tools: string;
  profiles: string;
  rules: string;
  workers: string;
}

/** Reads all tool files, profiles and the lock. Throws `Refusal` for a file that does not hold. */
export async function loadCatalog(folders: CatalogFolders): Promise<Catalog> {
  const tools = await readAll(folders.tools, (text, file) =>
    readDocument(text, { file, code: 'tool', schema: toolSchema, format: 'yaml' }),
  );
  const profiles = await readAll(folders.profiles, (text, file) =>
    readDocument(text, { file, code: 'profile', schema: profileSchema, format: 'yaml' }),
  );
  const lockFile = join(folders.tools, 'embedded.lock.json');
  const lock = readDocument(await readFile(lockFile), {
    file: lockFile,
    code: 'tool',
    schema: lockSchema,
    format: 'json',
  });
  const rules = await readRules(folders.rules);
  return {
    tools: byName(tools, (tool) => tool.id),
    profiles: byName(profiles, (profile) => profile.name),
    lock,
    workers: folders.workers,
    ruleFiles: rules,
    rulesetDigest: digestOf({ tools: tools.map((t) => t.value), profiles: profiles.map((p) => p.value), rules }),
  };
}

async function readAll<T>(folder: string, read: (text: Buffer, file: string) => T) {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).sort();
  return Promise.all(
    names.map(async (name) => {
      const file = join(folder, name);
      return { file, value: read(await readFile(file), file) };
    }),
  );
}

/** A file must be named as what it defines, so that no two can define the same. */
function byName<T>(entries: { file: string; value: T }[], nameOf: (value: T) => string): Map<string, T> {
  const wrong = entries.filter(({ file, value }) => basename(file, '.yaml') !== nameOf(value));
  if (wrong.length > 0) {
    const problems = wrong.map(({ file, value }) => ({
      file,
      message: `defines \`${nameOf(value)}\`, not its own name`,
    }));
    throw new Refusal('tool', problems);
  }
  return new Map(entries.map(({ value }) => [nameOf(value), value]));
}

async function readRules(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(
    files.sort().map(async (file) => [file.slice(folder.length + 1), await readFile(file, 'utf8')]),
  );
  return Object.fromEntries(texts) as Record<string, string>;
}
