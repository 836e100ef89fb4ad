import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '../lib/digest.js';
import { readDocument } from '../lib/document/read.js';
import { LazyMap } from '../lib/lazy-map.js';
import { defined, digests, parsed, type Text, textsIn } from './definitions.js';
import { type Lock, lockSchema, type ToolLock, toolLockSchema } from './lock.js';
import { readOperatorTools, readTool } from './operator-tools.js';
import { type ProfileFile, profileSchema } from './profile.js';
import type { Tool } from './tool.js';

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

/**
 * Reads the files of all tools, profiles, rules and locks. The tool files of the operator are checked at once, all others when they are first
 * asked for: a run needs few of them. Throws `Refusal` for a file that does not hold.
 */
export async function loadCatalog(folders: CatalogFolders): Promise<Catalog> {
  const tools = await textsIn(folders.tools, '.yaml');
  const profiles = await textsIn(folders.profiles, '.yaml');
  const rules = await readRules(folders.rules);
  const own = await readOperatorTools(folders.operatorTools, new Set(tools.keys()));
  const locks = [...(await textsIn(folders.tools, '.lock')), ...own.locks];
  const ours = parsed(tools, readTool, ({ id }) => id);
  const names = [...tools.keys(), ...own.tools.keys()];
  return {
    tools: new LazyMap(names, (id) => own.tools.get(id)?.tool ?? defined(ours.get(id), id)),
    operatorTools: new Map([...own.tools].map(([id, { sha256: digest }]) => [id, digest])),
    profiles: parsed(profiles, readProfile, ({ name }) => name),
    lock: await readEmbeddedLock(join(folders.tools, 'embedded.lock.json')),
    locks: parsed(new Map(locks), readLock, ({ tool }) => tool),
    store: folders.store,
    advisories: folders.advisories,
    rules: folders.rules,
    workers: folders.workers,
    ruleFiles: rules,
    rulesetDigest: digestOf({ tools: digests(tools), profiles: digests(profiles), rules }),
  };
}

const readProfile = ({ content, file }: Text): ProfileFile =>
  readDocument(content, { file, code: 'profile', schema: profileSchema, format: 'yaml' });

const readLock = ({ content, file }: Text): ToolLock =>
  readDocument(content, { file, code: 'tool', schema: toolLockSchema, format: 'json' });

const readEmbeddedLock = async (file: string): Promise<Lock> =>
  readDocument(await readFile(file), { file, code: 'tool', schema: lockSchema, format: 'json' });

async function readRules(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(
    files.sort().map(async (file) => [file.slice(folder.length + 1), await readFile(file, 'utf8')]),
  );
  return Object.fromEntries(texts) as Record<string, string>;
}
