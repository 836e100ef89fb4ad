import { readFileSync } from 'node:fs';
import { packsFor } from '../../src/core/advisories/store.js';
import { thisMachine } from '../../src/core/lib/machine.js';
import type { Catalog } from '../../src/core/plan/catalog.js';
import type { InstalledSupplier, Supplier } from '../../src/core/plan/supplier.js';
import type { Tool } from '../../src/core/plan/tool.js';
import { toolState } from '../../src/core/plan/tool-state.js';
import { openStore } from '../../src/core/toolchain/store.js';

const FILE = 'examples/policy-open-tools.yaml';

/**
 * The example policy under which every tool may run; the packs of a test may be old, and what also comes embedded is
 * taken as it is installed.
 */
export const POLICY = {
  file: FILE,
  text: readFileSync(FILE, 'utf8')
    .replace('maxAgeDays: 30', 'maxAgeDays: 4000')
    .replace('toolchain:\n', 'toolchain:\n  suppliers: { ruff: pypi }\n'),
};

/** The supplier under which a tool is tested here. */
export const testedSupplier = ({ suppliers }: Tool): InstalledSupplier | undefined => suppliers.find(isInstalled);

const isInstalled = (supplier: Supplier): supplier is InstalledSupplier => supplier.kind !== 'embedded';

/**
 * Why each of these tools, if it cannot be run here, cannot. `SECURITY_SCAN_TOOLS=bandit,retire-js` asks for these tools and no
 * others: then one of `ids` that is asked for and cannot be run is an error, not a test that is passed over. Throws for it.
 */
export async function missingTools(ids: Iterable<string>, catalog: Catalog): Promise<Map<string, string>> {
  const asked = process.env['SECURITY_SCAN_TOOLS']?.split(',');
  const unknown = asked?.filter((id) => !catalog.tools.has(id)) ?? [];
  if (unknown.length > 0) throw new Error(`SECURITY_SCAN_TOOLS: no tool ${unknown.join(', ')}`);
  const missing = new Map<string, string>();
  for (const id of ids) {
    const reason = await whyMissing(id, catalog);
    if (asked?.includes(id) === true && reason !== undefined) throw new Error(`${id}: ${reason}`);
    if (reason !== undefined) missing.set(id, reason);
    else if (asked?.includes(id) === false) missing.set(id, 'not asked for');
  }
  return missing;
}

async function whyMissing(id: string, catalog: Catalog): Promise<string | undefined> {
  const tool = catalog.tools.get(id);
  if (tool === undefined) throw new Error(`no tool ${id}`);
  const supplier = testedSupplier(tool);
  if (supplier === undefined) return tool.suppliers.length > 0 ? undefined : 'cannot be run by this version';
  const there = await openStore(catalog.store).installed();
  const found = toolState(tool, supplier, catalog.locks.get(tool.id), thisMachine(), there);
  if (found.state !== 'installed') return found.problem.message;
  if (tool.advisories !== undefined && (await packsFor(tool.advisories, catalog.advisories)).size === 0)
    return `no advisories ${tool.advisories}`;
  return undefined;
}
