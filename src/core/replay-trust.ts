import { digestOf } from './lib/digest.js';
import type { Problem } from './lib/errors.js';
import type { NamedDocument } from './lib/named-document.js';
import { SANDBOX_LEVELS, type SandboxLevel } from './lib/sandbox/job.js';
import type { Admission } from './plan/admit.js';
import type { TrustedBase } from './plan/plan.js';
import { defaultPolicy, readPolicy } from './policy/default.js';
import type { TrustedKey } from './policy/trusted-keys.js';
import { RULES_FOLDER } from './trusted-base.js';
import type { Certificates } from './verify/trusted.js';

/** By what an operator says that a bundle's rules may run here. */
export interface Vouched {
  /** Of whom the bundle must be signed; it is, when there are any. */
  keys: readonly TrustedKey[];
  /** As `keys`, for keyless signatures. */
  certificates?: Certificates;
  policy?: NamedDocument;
}

/**
 * Whoever wrote an unsigned bundle wrote its policy, and named the commit of its rules: it must not choose programs of
 * this host, a sandbox below what the built-in policy demands, nor which tool files run. Gives a problem for each.
 */
export function trustProblems(vouched: Vouched, admission: Admission): Problem[] {
  const { keys, certificates, policy: given } = vouched;
  if (keys.length > 0 || certificates !== undefined) return [];
  const { policy, base } = admission.plan;
  // Where the run took the policy of a commit, a given one is not what governs unless it is the same.
  const governs = given !== undefined && digestOf(readPolicy(given.text, given.file)) === policy.digest;
  return governs ? [] : [...baseProblems(base), ...(given === undefined ? policyProblems(admission) : [])];
}

const isWeaker = (level: SandboxLevel, than: SandboxLevel): boolean =>
  SANDBOX_LEVELS.indexOf(level) < SANDBOX_LEVELS.indexOf(than);

function policyProblems({ plan, policy }: Admission): Problem[] {
  const { sandbox } = defaultPolicy();
  const remedy = 'Give the same policy with --policy, or with --key the key that signed the bundle.';
  const programs = plan.steps.filter(({ program }) => program.from === 'host');
  const weak = (['embedded', 'external'] as const).filter((kind) => isWeaker(policy.sandbox[kind], sandbox[kind]));
  return [
    ...programs.map(({ tool }) => ({
      message: `${tool}: the policy in the bundle names a program of this host`,
      remedy,
    })),
    ...weak.map((kind) => ({ message: `the policy in the bundle takes a weak sandbox (sandbox.${kind})`, remedy })),
  ];
}

/** A manifest chooses among tools, waivers are signed; everything else under there decides what is executed. */
const CHOOSES_NO_PROGRAM = new Set(
  ['manifest.yaml', 'manifest.json', 'waivers.yaml'].map((name) => `${RULES_FOLDER}/${name}`),
);

/** The commit may be one that the author of the bundle pushed: that it is in the clone says nothing. */
function baseProblems(base: TrustedBase | null): Problem[] {
  const rules = base?.took.filter((path) => !CHOOSES_NO_PROGRAM.has(path)) ?? [];
  if (base === null || rules.length === 0) return [];
  const more = rules.length > 1 ? ` and ${rules.length - 1} more` : '';
  const message = `the bundle itself says that ${rules[0]}${more} of commit ${base.commit} may decide what runs`;
  const remedy =
    'Give with --key the key that signed the bundle, or with --policy the policy of that run, once you have read it.';
  return [{ message, remedy }];
}
