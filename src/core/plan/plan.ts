import type { Capabilities } from '../lib/capability.js';
import type { Category } from '../lib/category.js';
import { digestOf } from '../lib/digest.js';
import type { Thresholds } from '../lib/severity.js';
import type { Acceptance, Policy } from '../policy/policy.js';
import type { Run, SupplierKind } from './supplier.js';
import type { Tool } from './tool.js';

/** A program in somebody else's package, and what it must be where the policy does not take it unseen. */
export interface Official {
  program: string;
  sha256: readonly string[];
}

/** What a step executes. Its digest is the step's; nothing here is a place on a host. */
export type Program =
  | { from: 'worker'; worker: string }
  | { from: 'store'; files: string; interpreter: string | null; entry: string; official: Official | null }
  | { from: 'host'; sha256: string; entry: string };

/** One tool's part in a run: complete, serialisable, with paths as the sandbox sees them and nothing of the host. */
export interface Step {
  id: string;
  tool: string;
  /** The id under which it was asked for, such as `sbom`. */
  requestedAs: string;
  category: Category;
  version: string;
  /** SHA-256 of the lock entry: what will be executed. */
  digest: string;
  /** SHA-256 of the normalised tool file. */
  definition: string;
  supplier: SupplierKind | 'operator';
  program: Program;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  cwd: 'output' | Run['cwd'];
  /** Texts of ours that the tool sees under /config, by name. */
  configFiles: Readonly<Record<string, string>>;
  /** The folder under rules/ that it sees at /rules. */
  rules: string | null;
  /** Whether it sees the /proc of its own process namespace. */
  proc: boolean;
  /** Whether the report is what the tool prints. */
  stdout: boolean;
  report: Run['report'];
  exitCodes: Run['exitCodes'];
  appliesTo: Tool['appliesTo'];
  neutralise: Tool['neutralise'];
  judges: Tool['judges'];
  /** Packs mounted read-only, by the SHA-256 over their files. */
  assets: Readonly<Record<string, string>>;
  /** Advisory packs that it judges by; null for a tool that needs none. */
  advisories: Advisories | null;
  capabilities: Capabilities;
  cost: number;
  config: Readonly<Record<string, unknown>>;
}

/** The advisories of a step, and what they must be. The date is the run's input: a replay judges their age as this run did. */
export interface Advisories {
  kind: NonNullable<Tool['advisories']>;
  packs: readonly AdvisoryPack[];
  maxAgeDays: number;
  /** `YYYY-MM-DD`. */
  asOf: string;
}

/** One pack as evidence names it. */
export interface AdvisoryPack {
  /** Such as `PyPI` for `osv`; the kind itself where there is but one. */
  name: string;
  digest: string;
  /** Newest change in it, RFC 3339. */
  newest: string;
}

/** The commit whose rules a run obeys (`--policy-from`). */
export interface TrustedBase {
  /** As the operator named it. */
  ref: string;
  commit: string;
  /** What says that this is the commit that the operator means: its full id, or the operator's own policy; else nobody. */
  authenticated: 'commit' | 'policy' | null;
  /** Files under `.security-scan/` that were taken from it. */
  took: readonly string[];
}

/** What the operator took away on the command line. */
export interface Narrowing {
  skipTools: readonly string[];
  skipPrivacyScan: boolean;
  include: readonly string[];
  exclude: readonly string[];
}

/** Highest allowed counts, the stricter of manifest, policy and operator. */
export interface Budgets {
  overall: Thresholds;
  categories: Readonly<Record<string, Thresholds>>;
  tools: Readonly<Record<string, Thresholds>>;
  reviewNotes: number | null;
}

/** Why a tool is in the plan or out of it. */
export interface Decision {
  tool: string;
  category: Category | null;
  included: boolean;
  by: 'profile' | 'policy' | 'operator' | 'manifest';
  reason: string;
}

/** The complete, ordered list of steps and what the verdict is measured by. Has no host, runtime or sandbox level in it. */
export interface Plan {
  schemaVersion: 1;
  generator: { name: 'security-scan'; version: string };
  profile: { name: string; origin: 'built-in' | 'manifest' };
  /** `signedBy` is the fingerprint of the key whose signature over the document was checked; null for an unsigned one. */
  manifest: { digest: string; product: string; version: string; signedBy: string | null } | null;
  policy: { name: string; digest: string; signedBy: string | null };
  rulesetDigest: string;
  narrowing: Narrowing;
  budgets: Budgets;
  incomplete: { unread: 'error' | 'note'; accept: readonly Acceptance[] };
  paths: Policy['paths'];
  source: Policy['source'];
  sandbox: Policy['sandbox'];
  /** Wall-clock ceiling of the whole run, seconds. */
  ceilingSeconds: number | null;
  baseline: { kind: 'bundle' | 'ref'; id: string } | null;
  base: TrustedBase | null;
  exceptions: Policy['waivers'];
  /** The waivers that count, by the digest of inputs/waivers.json, and the date by which they expire; null for none. */
  waivers: { digest: string; asOf: string } | null;
  decisions: readonly Decision[];
  steps: readonly Step[];
}

/** SHA-256 of the plan's RFC 8785 form. */
export const planDigest = (plan: Plan): string => digestOf(plan);
