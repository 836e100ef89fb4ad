import { readdir, readFile } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { digestOf, sha256 } from '../lib/digest.js';
import { readDocument } from '../lib/document/read.js';
import { Refusal } from '../lib/errors.js';
import { type Lock, lockSchema, type ToolLock, toolLockSchema } from './lock.js';
import { type ProfileFile, profileSchema } from './profile.js';
import { type Tool, toolSchema } from './tool.js';

/** Everything that a plan is made from, besides manifest and policy. */
export interface Catalog {
  tools: ReadonlyMap<string, Tool>;
  profiles: ReadonlyMap<string, ProfileFile>;
  lock: Lock;
  /** What may be executed of installed tools, by tool. */
  locks: ReadonlyMap<string, ToolLock>;
  /** SHA-256 of each tool file that the operator added, by tool. */
  operatorTools: ReadonlyMap<string, string>;
  /** Host folder of installed tools, each under its digest. */
  store: string;
  /** Host folder of advisory packs, each under its digest. */
  advisories: string;
  /** Host folder of the rules that tools are given. */
  rules: string;
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
  store: string;
  advisories: string;
  /** Tool files of the operator. */
  operatorTools?: string | undefined;
}

/** Reads all tool files, profiles and the lock. Throws `Refusal` for a file that does not hold. */
export async function loadCatalog(folders: CatalogFolders): Promise<Catalog> {
  const tools = await readAll(folders.tools, readTool);
  const profiles = await readAll(folders.profiles, (text, file) =>
    readDocument(text, { file, code: 'profile', schema: profileSchema, format: 'yaml' }),
  );
  const own = await readOperatorTools(folders.operatorTools, tools);
  const lockFile = join(folders.tools, 'embedded.lock.json');
  const lock = readDocument(await readFile(lockFile), {
    file: lockFile,
    code: 'tool',
    schema: lockSchema,
    format: 'json',
  });
  const rules = await readRules(folders.rules);
  return {
    tools: byName([...tools, ...own], (tool) => tool.id),
    operatorTools: new Map(own.map(({ value, sha256: digest }) => [value.id, digest])),
    profiles: byName(profiles, (profile) => profile.name),
    lock,
    locks: byName(
      [...(await readLocks(folders.tools)), ...(await readLocks(folders.operatorTools))],
      (one) => one.tool,
    ),
    store: folders.store,
    advisories: folders.advisories,
    rules: folders.rules,
    workers: folders.workers,
    ruleFiles: rules,
    rulesetDigest: digestOf({ tools: tools.map((t) => t.value), profiles: profiles.map((p) => p.value), rules }),
  };
}

/** A file of the operator's may add a tool; a tool file or a lock under the id of one of ours would quietly be another tool. */
async function readOperatorTools(folder: string | undefined, known: readonly { value: Tool }[]) {
  if (folder === undefined) return [];
  const files = await readAll(folder, (text, file) => ({ tool: readTool(text, file), text }));
  const locks = await readAll(folder, (text, file) => ({ tool: { id: parse(file).name }, text }), '.lock');
  const taken = [...files, ...locks].filter(({ value }) => known.some((one) => one.value.id === value.tool.id));
  if (taken.length > 0) {
    const problems = taken.map(({ file, value }) => ({
      file,
      message: `\`${value.tool.id}\` is a tool of this package`,
    }));
    throw new Refusal('tool', problems);
  }
  return files.map(({ file, value: { tool, text } }) => {
    // The lock says what is executed, so that a policy which names the file names it too.
    const lock = locks.find(({ value }) => value.tool.id === tool.id)?.value.text ?? '';
    return { file, value: tool, sha256: sha256(Buffer.concat([text, Buffer.from(lock)])) };
  });
}

const readTool = (text: Buffer, file: string): Tool =>
  readDocument(text, { file, code: 'tool', schema: toolSchema, format: 'yaml' });

const readLocks = async (folder: string | undefined) =>
  folder === undefined
    ? []
    : readAll(
        folder,
        (text, file) => readDocument(text, { file, code: 'tool', schema: toolLockSchema, format: 'json' }),
        '.lock',
      );

async function readAll<T>(folder: string, read: (text: Buffer, file: string) => T, extension = '.yaml') {
  const names = (await readdir(folder)).filter((name) => name.endsWith(extension)).sort();
  return Promise.all(
    names.map(async (name) => {
      const file = join(folder, name);
      return { file, value: read(await readFile(file), file) };
    }),
  );
}

/** A file must be named as what it defines, so that no two can define the same. */
function byName<T>(entries: { file: string; value: T }[], nameOf: (value: T) => string): Map<string, T> {
  const wrong = entries.filter(({ file, value }) => parse(file).name !== nameOf(value));
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
