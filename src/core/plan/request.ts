import type { Machine } from '../lib/machine.js';
import type { Thresholds } from '../lib/severity.js';
import type { Manifest } from '../manifest/manifest.js';
import type { Policy } from '../policy/policy.js';
import type { AdvisoryPack, Narrowing, Plan, TrustedBase } from './plan.js';

/** Everything that a plan is made from, besides the catalog. */
export interface PlanRequest {
  /** Version of this package. */
  version: string;
  profile?: string;
  manifest?: Manifest;
  policy: Policy;
  narrowing: Narrowing;
  /** Limits of the operator's --fail-on. */
  failOn?: Thresholds;
  /** Seconds, from --timeout. */
  timeout?: number;
  baseline: Plan['baseline'];
  waivers: Plan['waivers'];
  /** Fingerprints of the keys that signed the documents. */
  signedBy: { manifest: string | null; policy: string | null };
  /** The trusted commit, and the control files that it has. */
  base: (TrustedBase & { files: readonly { path: string; state: string }[] }) | null;
  /** SHA-256 of each asset pack that is there. */
  assets: Readonly<Record<string, string>>;
  /** Decides which build of a tool is used. */
  machine: Machine;
  /** Digests of what is in the tool store. */
  installed: ReadonlySet<string>;
  /** Advisory packs that are there, by kind. */
  advisories: Readonly<Record<string, readonly AdvisoryPack[]>>;
  /** The date by which ages are judged, `YYYY-MM-DD`. */
  asOf: string;
}
