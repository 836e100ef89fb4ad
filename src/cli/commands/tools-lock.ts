import { type Command, Option } from 'commander';
import { Fault, type Problem, Refusal } from '../../core/lib/errors.js';
import { forTerminal } from '../../core/lib/escape.js';
import { didYouMean } from '../../core/lib/suggest.js';
import { loadPackageCatalog, OWN_TOOLS } from '../../core/package.js';
import type { Catalog } from '../../core/plan/catalog.js';
import type { InstalledSupplier } from '../../core/plan/supplier.js';
import type { Tool } from '../../core/plan/tool.js';
import type { InstallPorts } from '../../core/toolchain/install.js';
import { cancellable } from './tools-cancel.js';
import { installPorts } from './tools-install.js';
import { type ImageFlags, lockImages } from './tools-lock-images.js';

const KINDS = ['npm', 'pypi', 'go', 'release'] as const;

interface LockFlags extends ImageFlags {
  images?: boolean;
  tools?: string;
  supplier?: (typeof KINDS)[number];
}

export function addLock(command: Command, done: (code: number) => void): void {
  command
    .command('lock')
    .description('write what the registries give now for this machine to the lock files; for maintainers')
    .argument('[names...]', 'tools; without any, all that are installed from somewhere')
    .option('--tools <dir>', 'tool files of the operator; their locks go there')
    .addOption(new Option('--supplier <kind>', 'of several, only this one').choices(KINDS))
    .option('--images', 'the images of containers instead of tools: ask their registries for digests')
    .option('--registry-mirror <host>', 'with --images: the registry that has all images')
    .option('--base-image <ref>', 'with --images: lock this one, registry/repository:tag')
    .action(async (names: string[], flags: LockFlags) =>
      done(flags.images ? await imagesOnly(names, flags) : await lock(names, flags)),
    );
}

async function imagesOnly(names: readonly string[], flags: LockFlags): Promise<number> {
  if (names.length > 0 || flags.supplier !== undefined)
    throw new Refusal('usage', [{ message: '--images locks no tools: give no names and no --supplier with it' }]);
  return cancellable((signal) => lockImages(flags, flags.tools ?? OWN_TOOLS, signal));
}

async function lock(names: readonly string[], flags: LockFlags): Promise<number> {
  if (flags.registryMirror !== undefined || flags.baseImage !== undefined)
    throw new Refusal('usage', [{ message: '--registry-mirror and --base-image belong to --images' }]);
  const catalog = await loadPackageCatalog(flags.tools);
  const wanted = lockable(names, flags, catalog);
  return cancellable(async (signal) => {
    const ports = installPorts(catalog.store, signal);
    const problems: Problem[] = [];
    for (const { tool, suppliers } of wanted) {
      const folder = catalog.operatorTools.has(tool.id) ? (flags.tools ?? OWN_TOOLS) : OWN_TOOLS;
      problems.push(...(await lockOne(tool, suppliers, folder, ports)));
    }
    for (const { message, remedy } of problems) console.error(`${forTerminal(message)}\n    ${remedy ?? ''}`.trimEnd());
    return problems.length > 0 ? 3 : 0;
  });
}

interface Lockable {
  tool: Tool;
  suppliers: InstalledSupplier[];
}

function lockable(names: readonly string[], { supplier: kind }: LockFlags, { tools }: Catalog): Lockable[] {
  const unknown = names.filter((name) => !tools.has(name));
  if (unknown.length > 0) {
    throw new Refusal(
      'usage',
      unknown.map((name) => ({ message: `no tool ${didYouMean(name, [...tools.keys()])}` })),
    );
  }
  const all = [...tools.values()].map((tool) => ({
    tool,
    suppliers: tool.suppliers.filter(isInstalled).filter((one) => kind === undefined || one.kind === kind),
  }));
  const wanted = all.filter(({ tool, suppliers }) =>
    names.length > 0 ? names.includes(tool.id) : suppliers.length > 0,
  );
  const embedded = wanted.filter(({ suppliers }) => suppliers.length === 0);
  if (embedded.length > 0) {
    throw new Refusal(
      'usage',
      embedded.map(({ tool }) => ({ message: `${tool.id} has no such supplier to be locked` })),
    );
  }
  return wanted;
}

const isInstalled = (supplier: Tool['suppliers'][number]): supplier is InstalledSupplier =>
  supplier.kind !== 'embedded';

/** One tool's failure does not keep the others from being locked. */
async function lockOne(
  tool: Tool,
  suppliers: InstalledSupplier[],
  folder: string,
  ports: InstallPorts,
): Promise<Problem[]> {
  const { lockTool } = await import('../../core/toolchain/lock-tools.js');
  const problems: Problem[] = [];
  for (const supplier of suppliers) {
    try {
      await lockTool(tool, [supplier], folder, ports);
    } catch (error) {
      ports.signal.throwIfAborted();
      if (error instanceof Refusal) problems.push(...error.problems);
      else if (error instanceof Fault)
        problems.push({ message: `${tool.id}: ${error.message}`, remedy: error.remedy ?? '' });
      else throw error;
    }
  }
  return problems;
}
