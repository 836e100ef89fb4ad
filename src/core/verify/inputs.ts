import * as z from 'zod';
import type { Manifest } from '../manifest/manifest.js';
import type { Plan } from '../plan/plan.js';
import type { TrustedKey } from '../policy/trusted-keys.js';
import { parseWaiverSet, type WaiverRules, type WaiverSet, waiverRules } from '../waivers/admit.js';
import { readCanonical } from './document.js';
import { type BundleFolder, measure } from './folder.js';
import { followsPolicy } from './policy.js';
import { type Problems, Unsound } from './problems.js';
import { manifestInBundle, planSchema, policyInBundle, toolInBundle } from './schemas.js';

/** A tool file as the bundle has it. */
export interface ToolName {
  id: string;
  name: string;
  homepage?: string | undefined;
}

/** What the run was given, as the bundle has it. */
export interface Inputs {
  plan: Plan;
  manifest: Manifest | undefined;
  waivers: WaiverSet | undefined;
  tools: ReadonlyMap<string, ToolName>;
}

const PLAN = 'inputs/plan.json';
const POLICY = 'inputs/policy.json';
const MANIFEST = 'inputs/manifest.json';
const WAIVERS = 'inputs/waivers.json';

/**
 * Reads the inputs and holds them against one another. With `waiverKeys`, waivers must also be signed by these. Undefined
 * when there is no plan to go on with.
 */
export async function readInputs(
  folder: BundleFolder,
  problems: Problems,
  waiverKeys?: readonly TrustedKey[],
): Promise<Inputs | undefined> {
  const plan = await problems.attempt(PLAN, () => readCanonical(folder, PLAN, planSchema));
  if (plan === undefined) return undefined;
  const rules = await problems.attempt(POLICY, async () => {
    const read = await readCanonical(folder, POLICY, policyInBundle);
    await demandDigest(folder, POLICY, plan.policy.digest);
    followsPolicy(plan, read);
    return waiverRules(read, POLICY);
  });
  const manifest = await problems.attempt(MANIFEST, () => readManifest(folder, plan));
  const waivers = rules && (await problems.attempt(WAIVERS, () => readWaivers(folder, plan, rules)));
  // Whoever makes a bundle chooses its policy; a verifier's own keys count besides.
  if (rules && waivers && waiverKeys)
    await problems.attempt(WAIVERS, () => readWaivers(folder, plan, { ...rules, keys: waiverKeys }));
  const tools = await problems.attempt('inputs/tools', () => readTools(folder, plan, problems));
  return tools && { plan, manifest, waivers, tools };
}

/** The digest of a document's canonical form is that of its file. */
async function demandDigest(folder: BundleFolder, path: string, sha256: string): Promise<void> {
  if ((await measure(folder, path)).sha256 !== sha256) throw new Unsound('is not the file that the plan names');
}

async function readManifest(folder: BundleFolder, { manifest }: Plan): Promise<Manifest | undefined> {
  if (manifest === null) {
    if (folder.files.includes(MANIFEST)) throw new Unsound('stands there although the plan knows of none');
    return undefined;
  }
  const read = await readCanonical(folder, MANIFEST, manifestInBundle);
  await demandDigest(folder, MANIFEST, manifest.digest);
  return read;
}

/** Waivers count only as a policy lets them: each is signed by a key that it names. */
async function readWaivers(
  folder: BundleFolder,
  { waivers }: Plan,
  rules: WaiverRules,
): Promise<WaiverSet | undefined> {
  if (waivers === null) {
    if (folder.files.includes(WAIVERS)) throw new Unsound('stands there although the plan knows of none');
    return undefined;
  }
  const document = await readCanonical(folder, WAIVERS, z.unknown());
  await demandDigest(folder, WAIVERS, waivers.digest);
  return parseWaiverSet(document, rules, waivers.asOf);
}

async function readTools(folder: BundleFolder, plan: Plan, problems: Problems) {
  const tools = new Map<string, ToolName>();
  for (const { tool, definition } of plan.steps) {
    const path = `inputs/tools/${tool}.json`;
    await problems.attempt(path, async () => {
      const read = await readCanonical(folder, path, toolInBundle);
      await demandDigest(folder, path, definition);
      if (read.id !== tool) throw new Unsound('defines another tool');
      tools.set(tool, read);
    });
  }
  return tools;
}
