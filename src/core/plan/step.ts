import { digestOf } from '../lib/digest.js';
import type { Problem } from '../lib/errors.js';
import type { Policy } from '../policy/policy.js';
import type { Catalog } from './catalog.js';
import type { Advisories, Official, Step } from './plan.js';
import { repackedOf, unknownProgram } from './repacked.js';
import type { PlanRequest } from './request.js';
import type { InstalledSupplier, Supplier } from './supplier.js';
import { CONTROL_FILES, supplierOf, type Tool } from './tool.js';
import { toolState } from './tool-state.js';

/** A tool that a plan is to hold, and the id under which it was asked for. */
export interface Wanted {
  tool: Tool;
  requestedAs: string;
}

export type Made = { step: Step; problems: readonly Problem[] } | { step?: never; problems: readonly Problem[] };

/** Where the sandbox puts a worker's input, source, own files and output. */
const PLACES = ['/in', '/src/general', '/tool', '/out'];

/** Python without the environment, user and site packages, and bytecode: nothing but the standard library and the tool. */
const PYTHON = ['-I', '-B', '-S', '-X', 'utf8', '/tool/entry.py'];

/** Makes a tool's step, or tells every reason why it cannot be made. */
export function makeStep(wanted: Wanted, request: PlanRequest, catalog: Catalog): Made {
  const { tool } = wanted;
  const distrusted = distrust(tool, request.policy, catalog);
  if (distrusted !== undefined) return { problems: [distrusted] };
  const kind = request.policy.toolchain.suppliers[tool.id];
  const supplier = supplierOf(tool, kind);
  if (supplier === undefined) return noSupplier(tool, kind);
  const made = partsOf(tool, supplier, request, catalog);
  if (made.parts === undefined) return made;
  const common = commonParts(wanted, request);
  return {
    step: { ...common, ...made.parts },
    problems: [...missingPacks(tool, request), ...missingBase(tool, request), ...made.problems],
  };
}

type Parts = Pick<
  Step,
  | 'version'
  | 'digest'
  | 'supplier'
  | 'program'
  | 'args'
  | 'env'
  | 'cwd'
  | 'configFiles'
  | 'rules'
  | 'proc'
  | 'stdout'
  | 'report'
  | 'exitCodes'
>;
type MadeParts = { parts: Parts; problems: Problem[] } | { parts?: never; problems: Problem[] };

/** A tool file of the operator's counts only when the policy names it by its digest. */
function distrust({ id }: Tool, { toolchain }: Policy, { operatorTools }: Catalog): Problem | undefined {
  const digest = operatorTools.get(id);
  if (digest === undefined || toolchain.toolFiles[id] === digest) return undefined;
  const remedy = `Read the file, then add \`toolchain.toolFiles: { ${id}: ${digest} }\` to the policy.`;
  return { message: `${id}: the policy does not name its tool file`, remedy };
}

function noSupplier({ id }: Tool, kind: string | undefined): { problems: Problem[] } {
  if (kind !== undefined) return refuse(`${id} has no supplier of kind ${kind}`, 'Change `toolchain.suppliers`.');
  return refuse(`${id} is known by name and cannot be run yet`, 'Leave it out, or name a substitute in the policy.');
}

const refuse = (message: string, remedy: string): { problems: Problem[] } => ({ problems: [{ message, remedy }] });

function partsOf(tool: Tool, supplier: Supplier, request: PlanRequest, catalog: Catalog): MadeParts {
  const binary = request.policy.toolchain.binaries[tool.id];
  if (binary !== undefined) return fromHost(tool, binary);
  return supplier.kind === 'embedded'
    ? fromWorker(tool, supplier, catalog)
    : fromStore(tool, supplier, request, catalog);
}

function fromWorker(tool: Tool, supplier: Extract<Supplier, { kind: 'embedded' }>, { lock }: Catalog): MadeParts {
  const { worker, options, report, exitCodes } = supplier;
  const entry = lock.workers[worker];
  if (entry === undefined) return refuse(`${tool.id}: no lock entry for worker \`${worker}\``, 'Build again.');
  const parts: Parts = {
    version: entry.version,
    digest: digestOf(entry),
    supplier: 'embedded',
    program: { from: 'worker', worker },
    args: [...options, '/tool/worker.mjs', ...PLACES, ...tool.assets.map((name) => `/assets/${name}`)],
    env: {},
    cwd: 'output',
    configFiles: {},
    rules: null,
    proc: false,
    stdout: false,
    report,
    exitCodes,
  };
  return { parts, problems: [] };
}

function fromStore(tool: Tool, supplier: InstalledSupplier, request: PlanRequest, catalog: Catalog): MadeParts {
  const { kind, version, run } = supplier;
  const found = toolState(tool, supplier, catalog.locks.get(tool.id), request.machine, request.installed);
  const foreign = unknownProgram(tool.id, supplier, request.policy.toolchain.repacked.includes(tool.id));
  const problems = [foreign, 'problem' in found ? found.problem : undefined].filter((one) => one !== undefined);
  if (found.state === 'unlocked') return { problems };
  const { entry } = found;
  const { files, interpreter } = entry;
  const official = officialOf(tool, supplier, request.policy);
  const program = { from: 'store' as const, files, interpreter, entry: run.entry, official };
  const start = { none: [], node: [`/tool/${run.entry}`], python: PYTHON }[run.interpreter];
  const parts: Parts = {
    version,
    digest: digestOf(entry),
    supplier: kind,
    program,
    args: [...start, ...run.args],
    ...runParts(run),
  };
  return { parts, problems };
}

/** The operator's own program takes the place of one that would be installed; how it is started does not change. */
function fromHost(tool: Tool, { sha256, version }: Policy['toolchain']['binaries'][string]): MadeParts {
  const native = tool.suppliers.find((one) => one.kind !== 'embedded' && one.run.interpreter === 'none');
  if (native === undefined || native.kind === 'embedded')
    return refuse(`${tool.id} is no program of its own, so none can take its place`, 'Change `toolchain.binaries`.');
  const { run } = native;
  const parts: Parts = {
    version,
    digest: digestOf({ operator: tool.id, sha256, version }),
    supplier: 'operator',
    program: { from: 'host', sha256, entry: run.entry },
    args: run.args,
    ...runParts(run),
  };
  return { parts, problems: [] };
}

const runParts = ({ env, cwd, config, rules, proc, stdout, report, exitCodes }: InstalledSupplier['run']) => ({
  env,
  cwd,
  configFiles: config,
  rules: rules ?? null,
  proc,
  stdout,
  report,
  exitCodes,
});

function commonParts({ tool, requestedAs }: Wanted, request: PlanRequest) {
  return {
    id: tool.id,
    tool: tool.id,
    requestedAs,
    category: tool.category,
    definition: digestOf(tool),
    appliesTo: tool.appliesTo,
    neutralise: tool.neutralise,
    judges: tool.judges,
    assets: Object.fromEntries(tool.assets.map((name) => [name, request.assets[name] ?? ''])),
    advisories: advisoriesOf(tool, request),
    capabilities: tool.capabilities,
    cost: tool.cost,
    config: configOf(tool, request),
  };
}

/** The one tool that compares with another commit is told what that has. */
function configOf({ id, config }: Tool, { base }: PlanRequest) {
  if (id !== CONTROL_FILES) return config;
  return { commit: base?.commit ?? null, files: base?.files ?? [] };
}

function advisoriesOf({ advisories: kind }: Tool, { advisories, policy, asOf }: PlanRequest): Advisories | null {
  if (kind === undefined) return null;
  return { kind, packs: advisories[kind] ?? [], maxAgeDays: policy.advisories.maxAgeDays, asOf };
}

const missingPacks = (tool: Tool, { assets }: PlanRequest): Problem[] =>
  tool.assets
    .filter((name) => assets[name] === undefined)
    .map((name) => ({
      message: `${tool.id} needs the ${name} pack`,
      remedy: `Give its folder with --${name}-assets, or leave the tool out with --skip-tools ${tool.id}.`,
    }));

const missingBase = ({ id }: Tool, { base }: PlanRequest): Problem[] =>
  id === CONTROL_FILES && base === null
    ? [{ message: `${id} compares with a trusted commit, and none is given`, remedy: 'Name one with --policy-from.' }]
    : [];

/** The program's digest is compared when the step starts: an entry may have been installed under another policy. */
function officialOf(tool: Tool, supplier: InstalledSupplier, { toolchain }: Policy): Official | null {
  const repacked = repackedOf(supplier);
  if (repacked === undefined || toolchain.repacked.includes(tool.id)) return null;
  return { program: repacked.program, sha256: repacked.official };
}
