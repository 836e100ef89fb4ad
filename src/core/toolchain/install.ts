import { availableParallelism } from 'node:os';
import { Fault, type Problem, Refusal } from '../lib/errors.js';
import type { Machine } from '../lib/machine.js';
import type { ToolEntry, ToolLock } from '../plan/lock.js';
import { repackedProblem, unknownProgram } from '../plan/repacked.js';
import type { InstalledSupplier, SupplierKind } from '../plan/supplier.js';
import { supplierOf, type Tool } from '../plan/tool.js';
import { toolState } from '../plan/tool-state.js';
import type { Policy } from '../policy/policy.js';
import type { FetchPorts } from './fetched.js';
import type { FileList } from './file-list.js';
import { inParallel } from './parallel.js';
import type { Store } from './store.js';
import { fetchTool } from './supplier-fetch.js';

/** What an install says while it works. */
export interface InstallEvent {
  tool: string;
  supplier: SupplierKind;
  state: 'fetching' | 'repairing' | Installed['state'];
  message?: string;
}

/** What became of one tool. */
export interface Installed {
  tool: string;
  /**
   * `present`: it was there and every byte of it holds. `missing`: it would have to be fetched. `refused`: the policy does
   * not allow what it is.
   */
  state: 'present' | 'installed' | 'missing' | 'refused' | 'failed';
  /** Of the store entry. */
  digest: string;
  /** Bytes of all files together. */
  size: number;
  problem?: Problem;
}

export interface InstallRequest {
  tools: readonly Tool[];
  locks: ReadonlyMap<string, ToolLock>;
  policy: Policy;
  /** Only tell what is missing. */
  offline: boolean;
}

export interface InstallPorts extends Omit<FetchPorts, 'shared'> {
  store: Store;
  machine: Machine;
  onEvent(event: InstallEvent): void;
}

/** One tool that has to be in the store. */
interface Wanted {
  tool: Tool;
  supplier: InstalledSupplier;
  entry: ToolEntry;
  allowRepacked: boolean;
}

/**
 * Brings tools into the store, each from the supplier of the policy's choice and exactly as its lock entry says; embedded
 * tools and programs of the operator need nothing. What does not come out as locked is not kept. One tool's failure is
 * its own result; throws `Refusal` code `tool`, before anything is fetched, when a tool has no lock entry for this machine.
 */
export async function installTools(request: InstallRequest, ports: InstallPorts): Promise<Installed[]> {
  const wanted = wantedTools(request, ports.machine);
  const shared = await ports.store.stage();
  try {
    const install = (one: Wanted) => installOne(one, request.offline, { ...ports, shared: shared.work });
    // Go's builds use every core by themselves, and one after another they compile what they share once.
    const [builds, others] = [wanted.filter(isBuild), wanted.filter((one) => !isBuild(one))];
    const done = await Promise.all([
      inParallel(1, builds, install),
      inParallel(availableParallelism(), others, install),
    ]);
    const results = new Map(done.flat().map((result) => [result.tool, result]));
    return wanted.flatMap(({ tool }) => results.get(tool.id) ?? []);
  } finally {
    await ports.store.drop(shared);
  }
}

const isBuild = ({ supplier }: Wanted): boolean => supplier.kind === 'go';

function wantedTools({ tools, locks, policy }: InstallRequest, machine: Machine): Wanted[] {
  const wanted: Wanted[] = [];
  const problems: Problem[] = [];
  for (const tool of tools) {
    const { suppliers, binaries, repacked } = policy.toolchain;
    const supplier = supplierOf(tool, suppliers[tool.id]);
    if (supplier === undefined) problems.push(noSupplier(tool, suppliers[tool.id]));
    if (supplier === undefined || supplier.kind === 'embedded' || binaries[tool.id] !== undefined) continue;
    const allowRepacked = repacked.includes(tool.id);
    const foreign = unknownProgram(tool.id, supplier, allowRepacked);
    const found = toolState(tool, supplier, locks.get(tool.id), machine, new Set());
    if (foreign !== undefined) problems.push(foreign);
    if (found.state === 'unlocked') problems.push(found.problem);
    else wanted.push({ tool, supplier, entry: found.entry, allowRepacked });
  }
  if (problems.length > 0) throw new Refusal('tool', problems);
  return wanted;
}

const noSupplier = ({ id }: Tool, kind: SupplierKind | undefined): Problem =>
  kind === undefined
    ? { message: `${id} is known by name alone and cannot be installed`, remedy: 'Name a substitute in the policy.' }
    : { message: `${id} has no supplier of kind ${kind}`, remedy: 'Change `toolchain.suppliers` in the policy.' };

type OnePorts = InstallPorts & Pick<FetchPorts, 'shared'>;

async function installOne(wanted: Wanted, offline: boolean, ports: OnePorts): Promise<Installed> {
  const { tool, supplier, entry } = wanted;
  const result = { tool: tool.id, digest: entry.files, size: entry.size };
  const tell = (state: InstallEvent['state'], message?: string) =>
    ports.onEvent({ tool: tool.id, supplier: supplier.kind, state, ...(message !== undefined && { message }) });
  const end = (state: Installed['state'], problem?: Problem): Installed => {
    tell(state, problem?.message);
    return { ...result, state, ...(problem !== undefined && { problem }) };
  };
  try {
    if (await isPresent(wanted, ports, tell)) return end('present');
    const problem = { message: `${tool.id} is not installed`, remedy: `\`security-scan tools install ${tool.id}\`` };
    if (offline) return end('missing', problem);
    tell('fetching');
    await fetchLocked(wanted, ports);
    return end('installed');
  } catch (error) {
    ports.signal.throwIfAborted();
    return end(error instanceof Refusal ? 'refused' : 'failed', problemOf(tool.id, error));
  }
}

async function isPresent(wanted: Wanted, { store, signal }: OnePorts, tell: (state: 'repairing', why: string) => void) {
  const { tool, entry } = wanted;
  if (!(await store.has(entry.files))) return false;
  try {
    const { files } = await store.check(entry.files, tool.id, signal);
    demandOfficial(wanted, files);
    return true;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    tell('repairing', error.message);
    return false;
  }
}

async function fetchLocked(wanted: Wanted, ports: OnePorts): Promise<void> {
  const { tool, supplier, entry } = wanted;
  const staging = await ports.store.stage();
  try {
    await fetchTool(supplier, entry, staging, ports);
    const sealed = await ports.store.seal(staging);
    if (sealed.digest !== entry.files) {
      const message = `what was made has the digest ${sealed.digest}, its lock names ${entry.files}; nothing was kept`;
      throw new Fault('digest', message, `If its tool file was changed: \`security-scan tools lock ${tool.id}\`.`);
    }
    demandOfficial(wanted, sealed.files);
    await ports.store.add(sealed);
  } finally {
    await ports.store.drop(staging);
  }
}

function demandOfficial({ tool, supplier, allowRepacked }: Wanted, files: FileList): void {
  const problem = repackedProblem(tool.id, supplier, files, allowRepacked);
  if (problem !== undefined) throw new Refusal('policy', [problem]);
}

function problemOf(tool: string, error: unknown): Problem {
  if (error instanceof Refusal && error.problems[0] !== undefined) return error.problems[0];
  const remedy = error instanceof Fault && error.remedy !== undefined ? { remedy: error.remedy } : {};
  const message = error instanceof Error ? error.message : String(error);
  return { message: message.startsWith(`${tool}:`) ? message : `${tool}: ${message}`, ...remedy };
}
