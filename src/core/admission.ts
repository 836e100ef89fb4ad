import { resolve, sep } from 'node:path';
import { bundleIndexDigest } from './findings/baseline.js';
import { VERSION } from './lib/version.js';
import { type Admission, admit } from './plan/admit.js';
import type { Catalog } from './plan/catalog.js';
import { packDigest } from './plan/pack.js';
import type { Plan } from './plan/plan.js';
import { NO_NARROWING, type ScanRequest } from './scan-request.js';

/** Decides from the request alone whether and how a scan may run. Throws `Refusal`; starts no process. */
export async function admitScan(request: ScanRequest, catalog: Catalog): Promise<Admission> {
  const { profile, manifest, policy, failOn, timeout, privacyAssets } = request;
  const assets: Record<string, string> = {};
  if (privacyAssets !== undefined) assets['privacy'] = await packDigest(privacyAssets, '--privacy-assets');
  const narrowing = { ...NO_NARROWING, ...request.narrowing };
  const baseline = await baselineIdentity(request.baseline);
  return admit({ version: VERSION, profile, manifest, policy, narrowing, failOn, timeout, assets, baseline }, catalog);
}

/** Files that a run believes: none of them may come from the tree under scan. */
export async function operatorFiles({ policy, privacyAssets, baseline, exportDir }: ScanRequest) {
  const bundle = baseline !== undefined && (await bundleIndexDigest(baseline)) !== undefined ? baseline : undefined;
  return [
    { option: '--policy', path: policy?.file },
    { option: '--privacy-assets', path: privacyAssets },
    // The export folder may lie in the source; it is refused when the source could have brought it.
    { option: '--baseline', path: isUnder(bundle, exportDir) ? undefined : bundle },
  ];
}

const isUnder = (path: string | undefined, folder: string): boolean =>
  path !== undefined && resolve(path).startsWith(`${resolve(folder)}${sep}`);

async function baselineIdentity(baseline: string | undefined): Promise<Plan['baseline']> {
  if (baseline === undefined) return null;
  const digest = await bundleIndexDigest(baseline);
  return digest === undefined ? { kind: 'ref', id: baseline } : { kind: 'bundle', id: digest };
}
