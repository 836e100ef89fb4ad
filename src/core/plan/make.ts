import { digestOf } from '../lib/digest.js';
import { type Problem, Refusal } from '../lib/errors.js';
import { stricter, type Thresholds } from '../lib/severity.js';
import { didYouMean } from '../lib/suggest.js';
import { type Manifest, publicManifest } from '../manifest/manifest.js';
import type { Policy } from '../policy/policy.js';
import { namedTools } from '../policy/rules.js';
import type { Catalog } from './catalog.js';
import type { Budgets, Narrowing, Plan, Step } from './plan.js';
import { resolveTools } from './resolve.js';
import { type Selection, selectProfile } from './select.js';
import { isEmbedded, type Tool } from './tool.js';

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
  /** SHA-256 of each asset pack that is there. */
  assets: Readonly<Record<string, string>>;
}

/** Decides everything before a process starts. Throws `Refusal` with every reason, not the first. */
export function makePlan(request: PlanRequest, catalog: Catalog): Plan {
  const { policy, manifest, narrowing } = request;
  const selection = selectProfile(request.profile, manifest, catalog);
  const unknown = unknownInPolicy(policy, catalog);
  if ('problem' in selection) throw new Refusal('profile', [selection.problem, ...unknown]);
  const { tools, decisions, problems } = resolveTools(selection, policy, catalog, narrowing);
  const steps = tools.map(({ tool, requestedAs }) => toStep(tool, requestedAs, catalog, request.assets));
  const refused = [...unknown, ...problems, ...steps.flatMap((step) => step.problems)];
  if (refused.length === 0 && steps.length === 0) refused.push({ message: 'nothing is left to run' });
  if (refused.length > 0) throw new Refusal('plan', refused);
  return {
    schemaVersion: 1,
    generator: { name: 'security-scan', version: request.version },
    profile: { name: selection.name, origin: selection.origin },
    manifest: manifest ? identity(manifest) : null,
    policy: { name: policy.name, digest: digestOf(policy) },
    rulesetDigest: catalog.rulesetDigest,
    narrowing,
    budgets: budgetsOf(selection, request),
    incomplete: policy.incomplete,
    paths: policy.paths,
    source: policy.source,
    sandbox: policy.sandbox,
    ceilingSeconds: lowest(selection.ceilingSeconds, request.timeout ?? null),
    baseline: request.baseline,
    decisions,
    steps: steps.map(({ step }) => step).filter((step) => step !== undefined),
  };
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

/** Where the sandbox puts a worker's input, source, own files and output. */
const PLACES = ['/in', '/src/general', '/tool', '/out'];

/** Tools that a policy names and nobody knows; a misspelled ceiling would not bind. */
export function unknownInPolicy(policy: Policy, catalog: Catalog): Problem[] {
  const known = [...catalog.tools.keys()];
  return namedTools(policy)
    .filter(({ id }) => !catalog.tools.has(id))
    .map(({ id, path }) => ({ file: 'policy', path, message: `unknown tool ${didYouMean(id, known)}` }));
}

function toStep(tool: Tool, requestedAs: string, catalog: Catalog, packs: PlanRequest['assets']) {
  if (!isEmbedded(tool)) return { problems: [] };
  const entry = catalog.lock.workers[tool.supplier.worker];
  if (entry === undefined) {
    const problem = {
      message: `${tool.id}: no lock entry for worker \`${tool.supplier.worker}\``,
      remedy: 'Build again.',
    };
    return { problems: [problem] };
  }
  const absent = tool.assets.filter((name) => packs[name] === undefined);
  const problems = absent.map((name) => ({
    message: `${tool.id} needs the ${name} pack`,
    remedy: `Give its folder with --${name}-assets, or leave the tool out with --skip-tools ${tool.id}.`,
  }));
  const step: Step = {
    id: tool.id,
    tool: tool.id,
    requestedAs,
    category: tool.category,
    version: entry.version,
    digest: digestOf(entry),
    definition: digestOf(tool),
    worker: tool.supplier.worker,
    args: [...tool.supplier.options, '/tool/worker.mjs', ...PLACES, ...tool.assets.map((name) => `/assets/${name}`)],
    report: tool.report,
    exitCodes: tool.exitCodes,
    appliesTo: tool.appliesTo,
    judges: tool.judges,
    assets: Object.fromEntries(tool.assets.map((name) => [name, packs[name] ?? ''])),
    capabilities: tool.capabilities,
    cost: tool.cost,
    config: tool.config,
  };
  return { step, problems };
}
