import { Refusal } from '../lib/errors.js';
import type { NamedDocument } from '../lib/named-document.js';
import { type Manifest, readManifest } from '../manifest/manifest.js';
import { defaultPolicy, readPolicy } from '../policy/default.js';
import type { Policy } from '../policy/policy.js';
import type { Catalog } from './catalog.js';
import { makePlan } from './make.js';
import type { Plan } from './plan.js';
import type { PlanRequest } from './request.js';

/** What a run is admitted with: the documents as read, and the plan that came of them. */
export interface Admission {
  manifest: Manifest | undefined;
  policy: Policy;
  plan: Plan;
}

export type AdmissionRequest = Omit<PlanRequest, 'manifest' | 'policy' | 'waivers' | 'signedBy'> & {
  /** Checks the waivers by the policy. Throws `Refusal`. */
  waivers?: (policy: Policy, file: string) => Plan['waivers'];
  manifest?: NamedDocument;
  policy?: NamedDocument;
};

/** Reads manifest and policy and makes the plan. Throws one `Refusal` with the problems of both documents. */
export function admit(request: AdmissionRequest, catalog: Catalog): Admission {
  const { manifest: manifestFile, policy: policyFile, waivers: waiversIn, ...rest } = request;
  const [manifest, manifestRefusal] = attempt(() => manifestFile && readManifest(manifestFile.text, manifestFile.file));
  const [policy, policyRefusal] = attempt(() =>
    policyFile ? readPolicy(policyFile.text, policyFile.file) : defaultPolicy(),
  );
  const [waivers, waiverRefusal] = attempt(() => policy && waiversIn?.(policy, policyFile?.file ?? 'built-in policy'));
  const refusals = [manifestRefusal, policyRefusal, waiverRefusal].filter((refusal) => refusal !== undefined);
  if (policy === undefined || refusals.length > 0) {
    throw new Refusal(
      refusals[0]?.code ?? 'policy',
      refusals.flatMap((refusal) => refusal.problems),
    );
  }
  const signedBy = { manifest: manifestFile?.signedBy ?? null, policy: policyFile?.signedBy ?? null };
  return {
    manifest,
    policy,
    plan: makePlan({ ...rest, manifest, policy, signedBy, waivers: waivers ?? null }, catalog),
  };
}

function attempt<T>(read: () => T): [T | undefined, Refusal | undefined] {
  try {
    return [read(), undefined];
  } catch (error) {
    if (error instanceof Refusal) return [undefined, error];
    throw error;
  }
}
