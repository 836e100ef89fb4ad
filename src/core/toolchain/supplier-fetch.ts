import { chmod, lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ToolEntry } from '../plan/lock.js';
import type { InstalledSupplier } from '../plan/supplier.js';
import { installFault } from './fault.js';
import type { Fetched, FetchPorts, Staged } from './fetched.js';
import { fetchGo } from './go.js';
import { fetchNpm } from './npm.js';
import { fetchPypi } from './pypi.js';
import { fetchRelease } from './release.js';

/** Fetches a tool from its supplier into a staging area. Throws `Fault` code `toolchain` or `digest`, `Refusal` code `tool`. */
export async function fetchTool(
  spec: InstalledSupplier,
  entry: ToolEntry | undefined,
  staged: Staged,
  ports: FetchPorts,
): Promise<Fetched> {
  const fetched = await dispatch(spec, entry, staged, ports);
  await demandEntry(spec, staged.root);
  return fetched;
}

function dispatch(spec: InstalledSupplier, entry: ToolEntry | undefined, staged: Staged, ports: FetchPorts) {
  switch (spec.kind) {
    case 'pypi':
      return fetchPypi(spec, entry, staged, ports);
    case 'npm':
      return fetchNpm(spec, entry, staged, ports);
    case 'go':
      return fetchGo(spec, entry, staged, ports);
    case 'release':
      return fetchRelease(spec, entry, staged, ports);
  }
}

/** What is started must be there; some packages hold their program without the right to be executed. */
async function demandEntry({ run }: InstalledSupplier, root: string): Promise<void> {
  const path = run.interpreter === 'python' ? 'entry.py' : run.entry;
  const stat = await lstat(join(root, path)).catch(() => undefined);
  if (!stat?.isFile())
    throw installFault(`what was fetched does not hold ${path}`, 'Correct `run.entry` of the tool file.');
  if (run.interpreter === 'none') await chmod(join(root, path), 0o755);
}
