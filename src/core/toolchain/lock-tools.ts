import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson } from '../lib/canonical.js';
import { readDocument } from '../lib/document/read.js';
import { Refusal } from '../lib/errors.js';
import { type ToolEntry, type ToolLock, toolLockSchema } from '../plan/lock.js';
import type { InstalledSupplier } from '../plan/supplier.js';
import type { Tool } from '../plan/tool.js';
import type { InstallPorts } from './install.js';
import { fetchTool } from './supplier-fetch.js';

/**
 * Resolves a supplier's tool as its registry gives it now, puts it into the store and gives the lock entry for this
 * machine. Throws `Fault` code `toolchain` or `digest`, `Refusal` code `tool`.
 */
export async function lockSupplier(supplier: InstalledSupplier, ports: InstallPorts): Promise<ToolEntry> {
  const { store } = ports;
  const staging = await store.stage();
  const shared = await store.stage();
  try {
    const fetched = await fetchTool(supplier, undefined, staging, { ...ports, shared: shared.work });
    const { digest, size } = await store.addFolder(staging);
    const { kind, version, run } = supplier;
    const interpreter = { none: null, node: 'node', python: ports.machine.python ?? null }[run.interpreter];
    return { supplier: kind, version, interpreter, files: digest, size, ...fetched };
  } finally {
    await store.drop(staging);
    await store.drop(shared);
  }
}

/**
 * Locks a tool's suppliers on this machine and writes `<folder>/<id>.lock`, keeping what it holds for other machines of
 * the same version. Throws as `lockSupplier`.
 */
export async function lockTool(
  tool: Tool,
  suppliers: readonly InstalledSupplier[],
  folder: string,
  ports: InstallPorts,
): Promise<ToolLock> {
  const path = join(folder, `${tool.id}.lock`);
  let lock = await readLock(path, tool.id);
  for (const supplier of suppliers) {
    ports.onEvent({ tool: tool.id, supplier: supplier.kind, state: 'fetching' });
    lock = withEntry(lock, await lockSupplier(supplier, ports), tool);
    ports.onEvent({ tool: tool.id, supplier: supplier.kind, state: 'installed' });
  }
  await writeFile(`${path}.new`, lockText(lock));
  await rename(`${path}.new`, path);
  return lock;
}

async function readLock(path: string, tool: string): Promise<ToolLock> {
  const text = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return { schemaVersion: 1, tool, entries: [] };
  const lock = readDocument(text, { file: path, code: 'tool', schema: toolLockSchema, format: 'json' });
  if (lock.tool !== tool) throw new Refusal('tool', [{ file: path, message: `is the lock of ${lock.tool}` }]);
  return lock;
}

/** The lock with one entry more: those that it replaces are gone, and those that fit no supplier of the tool any more. */
export function withEntry(lock: ToolLock, entry: ToolEntry, tool: Tool): ToolLock {
  const kept = lock.entries.filter((one) => {
    const supplier = tool.suppliers.find(({ kind }) => kind === one.supplier);
    const current = supplier !== undefined && supplier.kind !== 'embedded' && supplier.version === one.version;
    return current && keyOf(one) !== keyOf(entry);
  });
  const entries = [...kept, entry].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  return { ...lock, entries };
}

const keyOf = ({ supplier, platform, interpreter }: ToolEntry): string =>
  JSON.stringify([supplier, platform, interpreter]);

/** The text of a lock file: members sorted, two spaces. */
export const lockText = (lock: ToolLock): string =>
  `${JSON.stringify(JSON.parse(canonicalJson(lock)), undefined, 2)}\n`;
