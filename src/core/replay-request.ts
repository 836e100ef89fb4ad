import { dirname } from 'node:path';
import * as z from 'zod';
import { isDate } from './advisories/age.js';
import { ADVISORY_KINDS } from './advisories/kind.js';
import { readContents } from './advisories/store.js';
import type { OpenBundle } from './diff/open.js';
import { bundleIndexDigest } from './findings/baseline.js';
import { Fault, type Problem } from './lib/errors.js';
import type { NamedDocument } from './lib/named-document.js';
import type { Pinned } from './pinned.js';
import type { Catalog } from './plan/catalog.js';
import { packDigest } from './plan/pack.js';
import type { AdvisoryPack, Plan } from './plan/plan.js';
import { manifestDocument, policyDocument } from './replay-inputs.js';
import type { ScanRequest } from './scan-request.js';
import { MAX_DOCUMENT, readCanonical } from './verify/document.js';
import { textOf } from './verify/folder.js';

/** What a replay is given besides the bundle: what no bundle holds, and how to run. */
export interface ReplayInputs {
  source: string;
  /** The policy, in the place of the bundle's; the plan must come out the same. */
  policy?: NamedDocument;
  /** Host folder of the privacy pack. */
  privacyAssets?: string;
  /** Host folder with the operator's tool files, as the catalog was loaded with. */
  tools?: string;
  /** The bundle that the run was compared with. */
  baseline?: string;
  jobs?: number;
  unsandboxed?: boolean;
  allowGitDir?: boolean;
}

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const pack = z.strictObject({ name: z.string().max(100), digest: hex, newest: z.string() });
const path = z.string().max(1000);

/** What a request is made from. Everything else of a plan must follow from it. */
const wantedParts = z.looseObject({
  ceilingSeconds: z.int().positive().nullable(),
  base: z
    .looseObject({
      ref: path,
      commit: z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/),
      authenticated: z.enum(['commit', 'policy']).nullable(),
      took: z.array(path),
    })
    .nullish(),
  steps: z.array(
    z.looseObject({
      assets: z.record(z.string(), hex),
      advisories: z
        .strictObject({
          kind: z.enum(ADVISORY_KINDS),
          packs: z.array(pack).max(100),
          maxAgeDays: z.int(),
          asOf: z.string().refine(isDate),
        })
        .nullable(),
    }),
  ),
});
export type WantedPlan = z.output<typeof wantedParts>;

/** The request that a bundle was made by, or each reason why there is none to be had here. */
export interface Rebuilt {
  request: ScanRequest;
  wanted: WantedPlan;
  problems: Problem[];
}

/**
 * Makes the scan request again from what a bundle names: ids, digests, dates and its documents. Nothing that runs comes
 * from the bundle. Throws `ZodError` or `Unsound` for documents that are not of this version's form.
 */
export async function rebuildRequest(
  bundle: OpenBundle,
  inputs: ReplayInputs,
  { exportDir, catalog }: { exportDir: string; catalog: Catalog },
): Promise<Rebuilt> {
  const { plan, summary, folder } = bundle;
  const wanted = wantedParts.parse(plan);
  const problems: Problem[] = [];
  const pinned: Pinned = {
    advisories: await packsOf(wanted, catalog.advisories, problems),
    baselineCommit: summary.baseline?.commit ?? null,
    source: summary.source,
    bundles: dirname(folder.root),
  };
  const request: ScanRequest = {
    source: inputs.source,
    exportDir,
    profile: plan.profile.name,
    policy: signedAs(inputs.policy ?? policyDocument(bundle.policy), plan.policy.signedBy),
    narrowing: plan.narrowing,
    // The limits of a plan are the strictest of policy, manifest and operator: as the operator's they change nothing.
    failOn: plan.budgets.overall,
    ...(await manifestOf(bundle)),
    ...(wanted.ceilingSeconds !== null && { timeout: wanted.ceilingSeconds }),
    ...(await waiversOf(bundle)),
    ...asOf(wanted, plan),
    ...(await baselineOf(plan, inputs, problems)),
    ...(await assetsOf(wanted, inputs, problems)),
    ...kept(inputs),
    pinned,
  };
  return { request, wanted, problems };
}

const kept = ({ tools, jobs, unsandboxed, allowGitDir }: ReplayInputs): Partial<ScanRequest> => ({
  ...(tools !== undefined && { tools }),
  ...(jobs !== undefined && { jobs }),
  ...(unsandboxed !== undefined && { unsandboxed }),
  ...(allowGitDir !== undefined && { allowGitDir }),
});

async function manifestOf({ plan, folder }: OpenBundle): Promise<Partial<ScanRequest>> {
  if (plan.manifest === null) return {};
  const read = await readCanonical(folder, 'inputs/manifest.json', z.unknown());
  return { manifest: signedAs(manifestDocument(read), plan.manifest.signedBy) };
}

/** The bytes that were signed are in no bundle: by whom is a claim of the bundle that its plan repeats. */
export const signedAs = (document: NamedDocument, signedBy: string | null): NamedDocument =>
  signedBy === null ? document : { ...document, signedBy };

/** With the signatures of those who gave them: the policy's keys decide on them again. */
async function waiversOf({ plan, folder }: OpenBundle): Promise<Partial<ScanRequest>> {
  if (plan.waivers === null) return {};
  return { waivers: { file: WAIVERS, text: await textOf(folder, WAIVERS, MAX_DOCUMENT) } };
}

const WAIVERS = 'inputs/waivers.json';

/** Where neither advisories nor waivers were judged by the date it is in no evidence, and any will do. */
function asOf({ steps }: WantedPlan, { waivers }: Plan): Partial<ScanRequest> {
  const date = waivers?.asOf ?? steps.find(({ advisories }) => advisories !== null)?.advisories?.asOf;
  return date === undefined ? {} : { asOf: date };
}

/** The packs that the plan names, as our own store knows them under their digests. */
async function packsOf(
  { steps }: WantedPlan,
  store: string,
  problems: Problem[],
): Promise<Record<string, AdvisoryPack[]>> {
  const packs: Record<string, AdvisoryPack[]> = {};
  for (const { advisories } of steps) {
    if (advisories === null || packs[advisories.kind] !== undefined) continue;
    const found: AdvisoryPack[] = [];
    for (const { name, digest } of advisories.packs) {
      const known = await packIn(store, digest, `${advisories.kind}/${name}`, problems);
      if (known !== undefined) found.push(known);
    }
    packs[advisories.kind] = found;
  }
  return packs;
}

async function packIn(store: string, digest: string, label: string, problems: Problem[]) {
  try {
    const { name, newest } = await readContents(store, digest, label);
    return { name, digest, newest };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const remedy =
      'Import that very pack with `security-scan advisories import`; packs not in use are kept until a prune.';
    problems.push({ message: error.message, remedy });
    return undefined;
  }
}

async function baselineOf(
  { baseline }: Plan,
  inputs: ReplayInputs,
  problems: Problem[],
): Promise<Partial<ScanRequest>> {
  if (baseline === null) return {};
  if (baseline.kind === 'ref') return { baseline: baseline.id };
  const found = inputs.baseline === undefined ? undefined : await bundleIndexDigest(inputs.baseline);
  if (inputs.baseline !== undefined && found === baseline.id) return { baseline: inputs.baseline };
  const remedy = 'Give its folder with --baseline.';
  problems.push({
    message: `the run was compared with the bundle whose bundle.json has SHA-256 ${baseline.id}`,
    remedy,
  });
  return {};
}

async function assetsOf({ steps }: WantedPlan, inputs: ReplayInputs, problems: Problem[]) {
  const digest = steps.find(({ assets }) => assets['privacy'] !== undefined)?.assets['privacy'];
  const { privacyAssets } = inputs;
  if (digest === undefined) return {};
  const found = privacyAssets === undefined ? undefined : await packDigest(privacyAssets, '--privacy-assets');
  if (found === digest) return { privacyAssets };
  const remedy = 'Give its folder with --privacy-assets.';
  problems.push({ message: `the run used the privacy pack with digest ${digest}`, remedy });
  return {};
}
