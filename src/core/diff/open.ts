import * as z from 'zod';
import type { Plan } from '../plan/plan.js';
import { policySchema } from '../policy/policy.js';
import { readCanonical } from '../verify/document.js';
import { type BundleFolder, openFolder } from '../verify/folder.js';
import { problemList } from '../verify/problems.js';
import { planSchema, type Summary, summarySchema } from '../verify/schemas.js';
import { type Verification, type VerifyOptions, verifyFolder } from '../verify/verify.js';

/** A bundle that was found intact, and what comparisons read of it. */
export interface OpenBundle {
  /** As the operator named it. */
  path: string;
  folder: BundleFolder;
  plan: Plan;
  /** Only digested and compared here. */
  policy: unknown;
  summary: Summary;
}

const globs = z.array(z.string().max(500)).max(1000);
const ids = z.array(z.string().max(200)).max(1000);

/** What comparisons read of a plan beyond what `verify` does; the whole of it is compared as it stands. */
const comparedParts = z.looseObject({
  paths: policySchema.shape.paths,
  narrowing: z.strictObject({ skipTools: ids, skipPrivacyScan: z.boolean(), include: globs, exclude: globs }),
  decisions: z
    .array(z.looseObject({ tool: z.string(), included: z.boolean(), by: z.string(), reason: z.string() }))
    .max(10_000),
});

async function readPlan(folder: BundleFolder): Promise<Plan> {
  const plan = await readCanonical(folder, 'inputs/plan.json', planSchema);
  comparedParts.parse(plan);
  return plan;
}

/** Opens a bundle that may come from anyone, once it is found intact; else says what is wrong with it. */
export async function openBundle(
  path: string,
  options: VerifyOptions,
): Promise<{ verification: Verification; bundle?: OpenBundle }> {
  const problems = problemList();
  const folder = await openFolder(path, problems);
  const verification = await verifyFolder(folder, options, problems);
  if (!verification.intact) return { verification };
  const bundle = await problems.attempt('.', async () => ({
    path,
    folder,
    plan: await readPlan(folder),
    policy: await readCanonical(folder, 'inputs/policy.json', z.unknown()),
    summary: await readCanonical(folder, 'summary.json', summarySchema),
  }));
  if (bundle !== undefined) return { verification, bundle };
  // It was changed since it was checked.
  return { verification: { ...verification, intact: false, verdict: null, problems: problems.all() } };
}
