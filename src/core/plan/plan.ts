import type { Capabilities } from '../lib/capability.js';
import type { Category } from '../lib/category.js';
import { digestOf } from '../lib/digest.js';
import type { Thresholds } from '../lib/severity.js';
import type { Acceptance, Policy } from '../policy/policy.js';
import type { Tool } from './tool.js';

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
  worker: string;
  args: readonly string[];
  report: Tool['report'];
  exitCodes: Tool['exitCodes'];
  appliesTo: Tool['appliesTo'];
  judges: Tool['judges'];
  /** Packs mounted read-only, by the SHA-256 over their files. */
  assets: Readonly<Record<string, string>>;
  capabilities: Capabilities;
  cost: number;
  config: Readonly<Record<string, unknown>>;
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
  manifest: { digest: string; product: string; version: string } | null;
  policy: { name: string; digest: string };
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
  decisions: readonly Decision[];
  steps: readonly Step[];
}

/** SHA-256 of the plan's RFC 8785 form. */
export const planDigest = (plan: Plan): string => digestOf(plan);
