import { readFileSync } from 'node:fs';
import { packsFor } from '../../src/core/advisories/store.js';
import { thisMachine } from '../../src/core/lib/machine.js';
import type { Catalog } from '../../src/core/plan/catalog.js';
import { supplierOf } from '../../src/core/plan/tool.js';
import { toolState } from '../../src/core/plan/tool-state.js';
import { openStore } from '../../src/core/toolchain/store.js';

const FILE = 'examples/policy-open-tools.yaml';

/** The example policy under which every tool may run; the packs of a test may be old. */
export const POLICY = { file: FILE, text: readFileSync(FILE, 'utf8').replace('maxAgeDays: 30', 'maxAgeDays: 4000') };

/** For each tool that cannot be run here, why. */
export async function installedTools(catalog: Catalog): Promise<Map<string, string>> {
  const there = await openStore(catalog.store).installed();
  const missing = new Map<string, string>();
  for (const tool of catalog.tools.values()) {
    const supplier = supplierOf(tool);
    if (supplier === undefined) missing.set(tool.id, 'cannot be run by this version');
    if (supplier === undefined || supplier.kind === 'embedded') continue;
    const found = toolState(tool, supplier, catalog.locks.get(tool.id), thisMachine(), there);
    if (found.state !== 'installed') missing.set(tool.id, found.problem.message);
    else if (tool.advisories !== undefined && (await packsFor(tool.advisories, catalog.advisories)).size === 0)
      missing.set(tool.id, `no advisories ${tool.advisories}`);
  }
  return missing;
}
