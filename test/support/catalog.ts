import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../src/core/lib/digest.js';
import { type Catalog, loadCatalog } from '../../src/core/plan/catalog.js';
import { type Tool, toolSchema } from '../../src/core/plan/tool.js';

/** The catalog of this checkout, as built. */
export const builtCatalog = (): Promise<Catalog> =>
  loadCatalog({
    tools: 'tools',
    profiles: 'profiles',
    rules: 'rules',
    workers: 'dist/workers',
    store: '/proc/none/store',
    advisories: '/proc/none/advisories',
  });

/** What a plan is made with on a machine where nothing is installed. */
export const NOTHING_INSTALLED = {
  machine: { platform: 'linux-x64', python: 'python3.11' },
  installed: new Set<string>(),
  advisories: {},
  asOf: '2026-01-01',
};

/** A tool whose worker is a script of the test. */
export interface ScriptedTool {
  id: string;
  /** The text of worker.mjs. */
  script: string;
  report?: object;
  exitCodes?: object;
  tool?: Partial<Record<keyof Tool, unknown>>;
}

const DEFAULTS = {
  schemaVersion: 1,
  description: 'A tool of a test.',
  category: 'sast',
  appliesTo: { files: ['**'] },
  judges: 'file',
  capabilities: { memory: '256MiB', cpu: '20s', wall: '20s', pids: 32, output: '8MiB', tmp: '8MiB', net: 'none' },
  cost: 1,
};

/**
 * The built catalog with a profile `scripted` of other tools: real sandbox, real reader, real snapshot, and workers
 * that do what a test needs.
 */
export async function scriptedCatalog(folder: string, scripted: readonly ScriptedTool[]): Promise<Catalog> {
  const built = await builtCatalog();
  const workers = join(folder, 'workers');
  for (const name of ['reader', 'snapshot'])
    cpSync(join(built.workers, name), join(workers, name), { recursive: true });
  const tools = new Map(scripted.map((one) => [one.id, toolOf(one)]));
  const lock = { ...built.lock, workers: { ...built.lock.workers } };
  for (const { id, script } of scripted) {
    mkdirSync(join(workers, id), { recursive: true });
    writeFileSync(join(workers, id, 'worker.mjs'), script);
    const files = Object.fromEntries(
      readdirSync(join(workers, id)).map((name) => [name, sha256(readFileSync(join(workers, id, name)))]),
    );
    lock.workers[id] = { version: '1.0.0', packages: {}, files };
  }
  const profile = {
    schemaVersion: 1 as const,
    name: 'scripted',
    description: 'd',
    tools: scripted.map(({ id }) => id),
  };
  return {
    ...built,
    tools: new Map([...built.tools, ...tools]),
    profiles: new Map([['scripted', profile]]),
    lock,
    workers,
  };
}

const toolOf = ({ id, report, exitCodes, tool }: ScriptedTool): Tool =>
  toolSchema.parse({
    ...DEFAULTS,
    id,
    name: id,
    suppliers: [{ kind: 'embedded', worker: id, report, exitCodes }],
    ...tool,
  });
