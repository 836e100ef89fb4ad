import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { admitScan } from './admission.js';
import { compareEvidence, type Difference } from './diff/evidence.js';
import { type OpenBundle, openBundle } from './diff/open.js';
import { comparePlans, isSame } from './diff/plans.js';
import { planWords } from './diff/words.js';
import { Fault, type Problem, Refusal } from './lib/errors.js';
import { OtherSource } from './pinned.js';
import type { Admission } from './plan/admit.js';
import type { Catalog } from './plan/catalog.js';
import { type Plan, planDigest } from './plan/plan.js';
import type { TrustedKey } from './policy/trusted-keys.js';
import { type Rebuilt, type ReplayInputs, rebuildRequest, signedAs } from './replay-request.js';
import { trustProblems } from './replay-trust.js';
import type { ScanPorts } from './run.js';
import { scan } from './scan.js';
import type { ScanRequest } from './scan-request.js';
import { placeOf } from './source/follow.js';
import { guardTree } from './source/guard.js';
import { removeTree } from './source/remove-tree.js';
import { parseSource } from './source/request.js';
import { type Based, RULES_FOLDER, withTrustedBase } from './trusted-base.js';
import { Unsound, type VerifyProblem } from './verify/problems.js';
import type { Certificates } from './verify/trusted.js';

export interface ReplayRequest extends ReplayInputs {
  /** Host folder of the bundle. */
  bundle: string;
  /** Keys that must have signed it; without any it need only be consistent in itself. */
  keys: readonly TrustedKey[];
  /** As `keys`, for keyless signatures. */
  certificates?: Certificates;
  /** The files that they came from: none may lie in the source. */
  keyPaths?: readonly string[];
  /** Host folder for the bundle of the replay; without it nothing is left. */
  keep?: string;
}

type Verdict = 'pass' | 'fail' | 'error';

/** What came of a replay. */
export type Replay =
  | { result: 'not-intact'; problems: VerifyProblem[] }
  /** The run cannot be repeated here, and nothing is said about its evidence. */
  | { result: 'not-replayable'; verdict: Verdict; reasons: Problem[] }
  | { result: 'agrees' | 'differs'; verdict: Verdict; replayed: Verdict; differences: Difference[]; notes: string[] };

/**
 * Repeats the run that a bundle is about, with the tools, locks and rules of this catalog, and compares what it leaves
 * byte for byte. Of the bundle only names, digests, dates and documents are used: nothing in it is executed. Throws
 * `Refusal` for what the operator gave, `Fault` when the run itself could not be made or was cancelled.
 */
export async function replay(request: ReplayRequest, catalog: Catalog, ports: ScanPorts): Promise<Replay> {
  const { keys, certificates } = request;
  const trust = { keys, ...(certificates && { certificates }) };
  const { verification, bundle } = await openBundle(request.bundle, trust);
  if (bundle === undefined) return { result: 'not-intact', problems: verification.problems };
  const exportDir = request.keep ?? (await mkdtemp(join(tmpdir(), 'security-scan-replay-')));
  try {
    await guard(request, bundle, exportDir);
    return await repeat(bundle, { request, catalog, ports, exportDir });
  } finally {
    if (request.keep === undefined) await removeTree(exportDir);
  }
}

/** What the operator gives must not be in the hands of the tree, and the replay writes neither there nor to the bundle. */
async function guard(request: ReplayRequest, { folder }: OpenBundle, exportDir: string): Promise<void> {
  const { source, policy, privacyAssets, tools, keyPaths = [] } = request;
  const documents = [
    { option: '--policy', path: policy?.file },
    { option: '--privacy-assets', path: privacyAssets },
    { option: '--tools', path: tools },
    ...keyPaths.map((path) => ({ option: '--key', path })),
  ];
  const inside = await guardTree(parseSource(source), { documents, exportDir });
  if (inside !== undefined) throw unfit(exportDir, '--keep lies in the source');
  // Bundles of the same evidence have one name: the replay would become a run record of the bundle that it checks.
  const { real } = await placeOf(exportDir);
  if (real === dirname(folder.root) || isIn(real, folder.root))
    throw unfit(exportDir, '--keep is the folder that the bundle is in');
}

const isIn = (path: string, folder: string): boolean => `${path}/`.startsWith(`${folder}/`);

const unfit = (file: string, message: string): Refusal =>
  new Refusal('usage', [{ file, message, remedy: 'Choose another folder.' }]);

interface Setting {
  request: ReplayRequest;
  catalog: Catalog;
  ports: ScanPorts;
  exportDir: string;
}

async function repeat(bundle: OpenBundle, setting: Setting): Promise<Replay> {
  const verdict = bundle.summary.verdict;
  const prepared = await prepare(bundle, setting);
  if ('reasons' in prepared) return { result: 'not-replayable', verdict, reasons: prepared.reasons };
  const { ports } = setting;
  const left = await scan(prepared.request, prepared.catalog, ports).catch(otherSource);
  if (ports.signal.aborted) throw new Fault('runtime', 'the replay was cancelled; nothing is said about the bundle');
  if ('reasons' in left) return { result: 'not-replayable', verdict, reasons: left.reasons };
  const { verification, bundle: again } = await openBundle(resolve(left.bundle.folder), {});
  if (again === undefined) {
    const [first] = verification.problems;
    throw new Fault('bundle', `the replay left a bundle that is not intact: ${first?.file}: ${first?.reason}`);
  }
  const { differences, notes } = await compareEvidence(bundle, again);
  const result = differences.length === 0 ? 'agrees' : 'differs';
  return { result, verdict, replayed: again.summary.verdict, differences, notes };
}

type Prepared = { request: ScanRequest; catalog: Catalog } | { reasons: Problem[] };

/** Makes the plan again; it must be the bundle's to the byte before anything of it runs. */
async function prepare(bundle: OpenBundle, { request, catalog, ports, exportDir }: Setting): Promise<Prepared> {
  try {
    const rebuilt = await rebuildRequest(bundle, request, { exportDir, catalog });
    if (rebuilt.problems.length > 0) return { reasons: rebuilt.problems };
    const based = await underBase(rebuilt, bundle.plan, catalog, ports.signal);
    const admission = await admitScan(based.request, based.catalog, ports.clock);
    const reasons = [...planProblems(bundle, admission), ...trustProblems(request, admission)];
    return reasons.length > 0 ? { reasons } : based;
  } catch (error) {
    if (request.policy !== undefined && error instanceof Refusal && error.code === 'policy') throw error;
    return { reasons: reasonsOf(error) };
  }
}

/** Rules that the run took from a commit are taken from that very commit again. */
async function underBase(
  { request, wanted: { base } }: Rebuilt,
  plan: Plan,
  catalog: Catalog,
  signal: AbortSignal,
): Promise<Pick<Based, 'request' | 'catalog'>> {
  if (base === null || base === undefined) return { request, catalog };
  const { policy, manifest, waivers, ...rest } = request;
  const took = (name: string) => base.took.some((path) => path.startsWith(`${RULES_FOLDER}/${name}.`));
  const asked = {
    ...rest,
    ...(!took('policy') && policy && { policy }),
    ...(!took('manifest') && manifest && { manifest }),
    ...(!took('waivers') && waivers && { waivers }),
    policyFrom: base.commit,
  };
  const based = await withTrustedBase(asked, catalog, signal);
  const { policyFrom, ...settled } = based.request;
  if (settled.base === undefined || settled.base === null) return { request: settled, catalog: based.catalog };
  // Which commit a branch named then, and who signed its policy, are claims; that a full id is its own proof is none.
  const isCommit = base.ref.toLowerCase() === base.commit;
  const byItself = isCommit ? ('commit' as const) : null;
  const authenticated = base.authenticated === 'policy' ? base.authenticated : byItself;
  const claimed = settled.policy && { policy: signedAs(settled.policy, plan.policy.signedBy) };
  const under = { ...settled.base, ref: base.ref, authenticated };
  return { request: { ...settled, ...claimed, base: under }, catalog: based.catalog };
}

/** A plan that cannot be made here is a reason; what the operator himself gave wrongly is an error of usage. */
function reasonsOf(error: unknown): Problem[] {
  if (error instanceof Refusal && error.code !== 'usage' && error.code !== 'source') return [...error.problems];
  if (error instanceof Unsound) return [{ message: `the bundle ${error.message}` }];
  if (error instanceof z.ZodError) {
    const [issue] = error.issues;
    const remedy = 'Use the version of this package that made the bundle.';
    return [
      { message: `its inputs are not of this version's form: ${issue?.path.join('.')} ${issue?.message}`, remedy },
    ];
  }
  throw error;
}

function planProblems(bundle: OpenBundle, { plan, policy }: Admission): Problem[] {
  if (planDigest(plan) === planDigest(bundle.plan)) return [];
  const changes = comparePlans(bundle, { plan, policy });
  if (isSame(changes)) return [{ message: 'the plan is another one' }];
  const version = changes.plan.some(({ path }) => path === 'generator.version');
  const remedy = version
    ? `Use version ${bundle.plan.generator.version} of this package.`
    : 'Give what the run was given, or use the version of this package that made the bundle.';
  return planWords(changes).map((message) => ({ message, remedy }));
}

/** That the source is another one is an answer; whatever else went wrong is not. */
function otherSource(error: unknown): { reasons: Problem[] } {
  if (error instanceof OtherSource)
    return { reasons: [{ message: error.message, ...(error.remedy && { remedy: error.remedy }) }] };
  if (error instanceof Refusal && error.code === 'sandbox') return { reasons: [...error.problems] };
  throw error;
}
