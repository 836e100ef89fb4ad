import { digestOf } from '../lib/digest.js';
import { type Problem, Refusal } from '../lib/errors.js';
import { printable } from '../lib/printable.js';
import { stricter } from '../lib/severity.js';
import { didYouMean } from '../lib/suggest.js';
import { type Manifest, publicManifest } from '../manifest/manifest.js';
import type { Policy } from '../policy/policy.js';
import { namedTools } from '../policy/rules.js';
import type { Catalog } from './catalog.js';
import type { Budgets, Plan } from './plan.js';
import type { PlanRequest } from './request.js';
import { resolveTools } from './resolve.js';
import { type Selection, selectProfile } from './select.js';
import { makeStep } from './step.js';

/** Decides everything before a process starts. Throws `Refusal` with every reason, not the first. */
export function makePlan(request: PlanRequest, catalog: Catalog): Plan {
  const { policy, manifest, narrowing } = request;
  const selection = selectProfile(request.profile, manifest, catalog);
  const unknown = unknownInPolicy(policy, catalog);
  if ('problem' in selection) throw new Refusal('profile', [selection.problem, ...unknown]);
  const { tools, decisions, problems } = resolveTools(selection, request, catalog);
  const steps = tools.map((wanted) => makeStep(wanted, request, catalog));
  const refused = [
    ...unknown,
    ...unsigned(request),
    ...distrusted(request),
    ...problems,
    ...steps.flatMap((step) => step.problems),
  ];
  if (refused.length === 0 && steps.length === 0) refused.push({ message: 'nothing is left to run' });
  if (refused.length > 0) throw new Refusal('plan', refused);
  return {
    schemaVersion: 1,
    generator: { name: 'security-scan', version: request.version },
    profile: { name: selection.name, origin: selection.origin },
    manifest: manifest ? { ...identity(manifest), signedBy: request.signedBy.manifest } : null,
    policy: { name: policy.name, digest: digestOf(policy), signedBy: request.signedBy.policy },
    rulesetDigest: catalog.rulesetDigest,
    narrowing,
    budgets: budgetsOf(selection, request),
    incomplete: policy.incomplete,
    paths: policy.paths,
    source: policy.source,
    sandbox: policy.sandbox,
    ceilingSeconds: lowest(selection.ceilingSeconds, request.timeout ?? null),
    baseline: request.baseline,
    base: request.base && {
      ref: request.base.ref,
      commit: request.base.commit,
      authenticated: request.base.authenticated,
      took: request.base.took,
    },
    exceptions: policy.waivers,
    waivers: request.waivers,
    decisions,
    steps: steps.map(({ step }) => step).filter((step) => step !== undefined),
  };
}

/** A manifest may come with the tree; a policy can demand that it is somebody's word. */
function unsigned({ manifest, signedBy, policy }: PlanRequest): Problem[] {
  if (manifest === undefined || signedBy.manifest !== null || policy.trust.manifestSignature === 'optional') return [];
  const remedy = 'Give its signature with --manifest-signature; `security-scan manifest sign` makes one.';
  return [{ message: 'the policy demands that the manifest is signed', remedy }];
}

/** Who can move a branch or tag could choose the rules. */
function distrusted({ base, policy }: PlanRequest): Problem[] {
  if (base === null || base.authenticated !== null || policy.trust.unauthenticatedRef === 'allow') return [];
  const remedy =
    'Give the full id of the commit with --policy-from, or list it under `trust.commits` in a policy of your own.';
  return [
    { message: `the policy does not take its rules from the unauthenticated ref ${printable(base.ref, 200)}`, remedy },
  ];
}

const identity = (manifest: Manifest) => ({
  digest: digestOf(publicManifest(manifest)),
  product: manifest.product,
  version: manifest.version,
});

function lowest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

function budgetsOf(selection: Selection, { policy, failOn }: PlanRequest): Budgets {
  const { overall, categories, tools, reviewNotes } = policy.budgets;
  return {
    overall: [selection.thresholds, failOn ?? {}].reduce(stricter, overall),
    categories: Object.fromEntries(Object.entries(categories).map(([name, value]) => [name, value ?? {}])),
    tools,
    reviewNotes: reviewNotes ?? null,
  };
}

/** Tools that a policy names and nobody knows; a misspelled ceiling would not bind. */
export function unknownInPolicy(policy: Policy, catalog: Catalog): Problem[] {
  const known = [...catalog.tools.keys()];
  return namedTools(policy)
    .filter(({ id }) => !catalog.tools.has(id))
    .map(({ id, path }) => ({ file: 'policy', path, message: `unknown tool ${didYouMean(id, known)}` }));
}
