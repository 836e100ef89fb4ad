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
 * For each tool that cannot be run here, why. `SECURITY_SCAN_TOOLS=bandit,retire-js` asks for these tools and no others:
 * then one that cannot be run is an error, not a test that is passed over. Throws for such a one.
 */
export async function installedTools(catalog: Catalog): Promise<Map<string, string>> {
  const asked = process.env['SECURITY_SCAN_TOOLS']?.split(',');
  const missing = new Map<string, string>();
  for (const tool of catalog.tools.values()) {
    const reason = await whyMissing(tool, catalog);
    if (asked?.includes(tool.id) === true && reason !== undefined) throw new Error(`${tool.id}: ${reason}`);
    if (reason !== undefined) missing.set(tool.id, reason);
    else if (asked?.includes(tool.id) === false) missing.set(tool.id, 'not asked for');
  }
  const unknown = asked?.filter((id) => !catalog.tools.has(id)) ?? [];
  if (unknown.length > 0) throw new Error(`SECURITY_SCAN_TOOLS: no tool ${unknown.join(', ')}`);
  return missing;
}

async function whyMissing(tool: Tool, catalog: Catalog): Promise<string | undefined> {
  const supplier = testedSupplier(tool);
  if (supplier === undefined) return tool.suppliers.length > 0 ? undefined : 'cannot be run by this version';
  const there = await openStore(catalog.store).installed();
  const found = toolState(tool, supplier, catalog.locks.get(tool.id), thisMachine(), there);
  if (found.state !== 'installed') return found.problem.message;
  if (tool.advisories !== undefined && (await packsFor(tool.advisories, catalog.advisories)).size === 0)
    return `no advisories ${tool.advisories}`;
  return undefined;
}
