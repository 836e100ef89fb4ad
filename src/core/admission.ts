import { resolve, sep } from 'node:path';
import { ADVISORY_KINDS } from './advisories/kind.js';
import { packsFor } from './advisories/store.js';
import { bundleIndexDigest } from './findings/baseline.js';
import { thisMachine } from './lib/machine.js';
import { VERSION } from './lib/version.js';
import { bundlesFolder } from './pinned.js';
import { type Admission, admit } from './plan/admit.js';
import type { Catalog } from './plan/catalog.js';
import { packDigest } from './plan/pack.js';
import type { AdvisoryPack, Plan } from './plan/plan.js';
import { NO_NARROWING, type ScanRequest } from './scan-request.js';
import { openStore } from './toolchain/store.js';
import { admitWaivers, type WaiverSet, waiverRules } from './waivers/admit.js';
import { readWaivers } from './waivers/read.js';

/** What a scan is admitted with. */
export interface ScanAdmission extends Admission {
  waivers: WaiverSet | undefined;
}

/** Decides from the request alone whether and how a scan may run. Throws `Refusal`; starts no process. */
export async function admitScan(request: ScanRequest, catalog: Catalog, clock: () => Date): Promise<ScanAdmission> {
  const { profile, manifest, policy, failOn, timeout, privacyAssets } = request;
  const assets: Record<string, string> = {};
  if (privacyAssets !== undefined) assets['privacy'] = await packDigest(privacyAssets, '--privacy-assets');
  const narrowing = { ...NO_NARROWING, ...request.narrowing };
  const baseline = await baselineIdentity(request.baseline);
  const toolchain = { machine: thisMachine(), installed: await openStore(catalog.store).installed() };
  const facts = {
    advisories: request.pinned?.advisories ?? (await packsIn(catalog.advisories)),
    asOf: request.asOf ?? clock().toISOString().slice(0, 10),
  };
  let waivers: WaiverSet | undefined;
  const admission = admit(
    {
      version: VERSION,
      profile,
      manifest,
      policy,
      narrowing,
      failOn,
      timeout,
      assets,
      baseline,
      waivers: (policy, file) => {
        if (request.waivers === undefined) return null;
        waivers = admitWaivers(readWaivers(request.waivers), waiverRules(policy, file), facts.asOf);
        return { digest: waivers.digest, asOf: facts.asOf };
      },
      base: request.base ?? null,
      ...toolchain,
      ...facts,
    },
    catalog,
  );
  return { ...admission, waivers };
}

async function packsIn(store: string): Promise<Record<string, AdvisoryPack[]>> {
  const kinds = ADVISORY_KINDS.map(async (kind) => {
    const packs = [...(await packsFor(kind, store)).values()];
    return [kind, packs.map(({ name, digest, newest }) => ({ name, digest, newest }))] as const;
  });
  return Object.fromEntries(await Promise.all(kinds));
}

/** Files that a run believes: none of them may come from the tree under scan. */
export async function operatorFiles(request: ScanRequest) {
  const { policy, waivers, privacyAssets, tools, signKeyPaths, baseline, pinned } = request;
  const bundle = baseline !== undefined && (await bundleIndexDigest(baseline)) !== undefined ? baseline : undefined;
  return [
    // A replay's policy is the bundle's.
    { option: '--policy', path: pinned === undefined ? policy?.file : undefined },
    { option: '--waivers', path: pinned === undefined ? waivers?.file : undefined },
    { option: '--privacy-assets', path: privacyAssets },
    { option: '--tools', path: tools },
    ...(signKeyPaths ?? []).map((path) => ({ option: '--sign-key', path })),
    ...(request.keyPaths ?? []).map((path) => ({ option: 'a trusted key', path })),
    // The export folder may lie in the source; it is refused when the source could have brought it.
    { option: '--baseline', path: isUnder(bundle, bundlesFolder(request)) ? undefined : bundle },
  ];
}

/** Programs of this host that the plan would run: the tree must not have brought one. */
export const operatorPrograms = ({ plan, policy }: Admission) =>
  plan.steps.flatMap(({ tool, program }) =>
    program.from === 'host'
      ? [{ option: `toolchain.binaries.${tool}`, path: policy.toolchain.binaries[tool]?.path }]
      : [],
  );

const isUnder = (path: string | undefined, folder: string): boolean =>
  path !== undefined && resolve(path).startsWith(`${resolve(folder)}${sep}`);

async function baselineIdentity(baseline: string | undefined): Promise<Plan['baseline']> {
  if (baseline === undefined) return null;
  const digest = await bundleIndexDigest(baseline);
  return digest === undefined ? { kind: 'ref', id: baseline } : { kind: 'bundle', id: digest };
}
