import { resolve, sep } from 'node:path';
import { bundleIndexDigest } from './findings/baseline.js';
import { VERSION } from './lib/version.js';
import { type Admission, admit } from './plan/admit.js';
import type { Catalog } from './plan/catalog.js';
import { packDigest } from './plan/pack.js';
import type { Plan } from './plan/plan.js';
import { NO_NARROWING, type ScanRequest } from './scan-request.js';
import { refuseInside } from './source/export-dir.js';
import type { SourceRequest } from './source/snapshot.js';

/** Decides from the request alone whether and how a scan may run. Throws `Refusal`; starts no process. */
export async function admitScan(
  request: ScanRequest,
  source: SourceRequest | undefined,
  catalog: Catalog,
): Promise<Admission> {
  if (source?.kind === 'folder') await refuseInside(source.path, operatorFiles(request));
  const { profile, manifest, policy, failOn, timeout, privacyAssets } = request;
  const assets: Record<string, string> = {};
  if (privacyAssets !== undefined) assets['privacy'] = await packDigest(privacyAssets, '--privacy-assets');
  const narrowing = { ...NO_NARROWING, ...request.narrowing };
  const baseline = await baselineIdentity(request.baseline);
  return admit({ version: VERSION, profile, manifest, policy, narrowing, failOn, timeout, assets, baseline }, catalog);
}

const operatorFiles = ({ policy, privacyAssets, baseline, exportDir }: ScanRequest) => [
  { option: '--policy', path: policy?.file },
  { option: '--privacy-assets', path: privacyAssets },
  // The export folder may lie in the source; it is refused when git tracks anything in it.
  { option: '--baseline', path: isUnder(baseline, exportDir) ? undefined : baseline },
];

const isUnder = (path: string | undefined, folder: string): boolean =>
  path !== undefined && resolve(path).startsWith(`${resolve(folder)}${sep}`);

async function baselineIdentity(baseline: string | undefined): Promise<Plan['baseline']> {
  if (baseline === undefined) return null;
  const digest = await bundleIndexDigest(baseline);
  return digest === undefined ? { kind: 'ref', id: baseline } : { kind: 'bundle', id: digest };
}
