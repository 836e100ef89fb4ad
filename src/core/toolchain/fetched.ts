import type { Machine } from '../lib/machine.js';
import type { ToolEntry } from '../plan/lock.js';
import type { InstalledSupplier } from '../plan/supplier.js';

/** One thing that was fetched, as a lock entry names it. */
export type Artifact = ToolEntry['artifacts'][number];

/** Where a supplier puts a tool. */
export interface Staged {
  /** Becomes the tool's folder; `/tool` in the sandbox. */
  root: string;
  /** Thrown away afterwards. */
  work: string;
}

export interface FetchPorts {
  machine: Machine;
  /** The operator's environment, from which settings are taken by name. */
  env: NodeJS.ProcessEnv;
  signal: AbortSignal;
  /** Downloads from a release page. */
  download: typeof fetch;
  /** A folder that installs of one call share: caches whose content is checked by digest. Thrown away afterwards. */
  shared: string;
}

/** What a supplier fetched: the part of a lock entry that it knows. */
export type Fetched = Pick<ToolEntry, 'artifacts' | 'platform' | 'packageLock' | 'toolchain'>;

/**
 * Fetches a tool into `staged.root`. With a lock entry exactly what it names, else what the registry resolves to now
 * (`tools lock` alone). Throws `Fault` code `toolchain` or `digest`, and `Refusal` code `tool`.
 */
export type Fetch<Kind extends InstalledSupplier['kind']> = (
  spec: Extract<InstalledSupplier, { kind: Kind }>,
  entry: ToolEntry | undefined,
  staged: Staged,
  ports: FetchPorts,
) => Promise<Fetched>;
