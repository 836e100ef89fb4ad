import type { Problem } from '../lib/errors.js';
import { pythonName } from '../lib/python-name.js';
import type { ToolEntry } from './lock.js';
import type { InstalledSupplier } from './supplier.js';

/** Why a lock entry is not one of what the tool file names now: an edit of either must not go unnoticed. */
export function staleProblem(tool: string, supplier: InstalledSupplier, entry: ToolEntry): Problem | undefined {
  const missing = demands(supplier).find((demand) => !demand.isMet(entry));
  if (missing === undefined) return undefined;
  return {
    message: `the lock of ${tool} does not hold ${missing.what}, which its tool file names`,
    remedy: `\`security-scan tools lock ${tool}\` locks it anew; read what it writes before you trust it.`,
  };
}

interface Demand {
  what: string;
  isMet(entry: ToolEntry): boolean;
}

function demands(supplier: InstalledSupplier): Demand[] {
  switch (supplier.kind) {
    case 'pypi':
      return [`${supplier.package}==${supplier.version}`, ...supplier.requires].map((what) => {
        const [name = '', version = ''] = what.split('==');
        return has(what, (one) => one.name === pythonName(name.replace(/\[.*/, '')) && one.version === version);
      });
    case 'npm':
      return [`${supplier.package}@${supplier.version}`, ...supplier.requires].map((what) =>
        has(what, ({ name, version }) => `${name}@${version}` === what),
      );
    case 'go': {
      const { package: path, version, toolchain } = supplier;
      const isModule = (name: string) => path === name || path.startsWith(`${name}/`);
      return [
        has(`${path}@${version}`, (one) => one.version === version && isModule(one.name)),
        { what: toolchain, isMet: (entry) => entry.toolchain === toolchain },
      ];
    }
    case 'release': {
      const known = new Set(Object.values(supplier.archives).map((archive) => `sha256-${archive?.sha256}`));
      return [has(`an archive of ${supplier.project}`, ({ integrity }) => known.has(integrity))];
    }
  }
}

const has = (what: string, is: (artifact: ToolEntry['artifacts'][number]) => boolean): Demand => ({
  what,
  isMet: (entry) => entry.artifacts.some(is),
});
