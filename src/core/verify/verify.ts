import { placeOf } from '../attest/sign.js';
import type { SandboxLevel } from '../lib/sandbox/job.js';
import { type TrustedKey, withRole } from '../policy/trusted-keys.js';
import { type Approval, checkApprovals, demandApprovals, scanSubjects, whoSigned } from './approvals.js';
import { type Checked, checkEvidence } from './evidence.js';
import { type BundleFolder, measure, openFolder } from './folder.js';
import { checkFiles, readIndex } from './index-file.js';
import { checkLock, type LockedTools } from './lock.js';
import { type Problems, problemList, type VerifyProblem } from './problems.js';
import { checkRuns } from './runs.js';
import type { BundleIndex } from './schemas.js';
import { checkSignatures, type SignedBy } from './signatures.js';
import { checkSigners } from './signers.js';
import type { Certificates } from './trusted.js';

export interface VerifyOptions {
  /** Keys that the verifier trusts. With any, every statement must be signed by one that has the role `scan`. */
  keys?: readonly TrustedKey[];
  /** The trusted root that certificates are checked by, and the identities that count, as keys do. */
  certificates?: Certificates;
  /** Keys whose waivers count for the verifier; without them those of the bundle's own policy do. */
  waiverKeys?: readonly TrustedKey[];
  /** SHA-256 of the RFC 8785 form of the verifier's policy, to be compared with the bundle's. */
  policySha256?: string;
  /** Demand signatures even when no key is given; that cannot hold, so it fails. */
  requireSignature?: boolean;
  /** The weakest sandbox that a run may have had. */
  minSandbox?: SandboxLevel;
  /** How many approvals are demanded; at least one, by another than whoever signed the scan. */
  requireApproval?: number;
  /** What may have been executed; see `lockedTools`. */
  lock?: LockedTools;
}

export interface Verification {
  /** Everything that was checked holds; signed as demanded. */
  intact: boolean;
  /** Recomputed from the findings, never read; null unless intact. */
  verdict: 'pass' | 'fail' | 'error' | null;
  signedBy: SignedBy[];
  approvals: Approval[];
  /** The policy that the run obeyed; `same` is null when there is none to compare with. Null unless intact. */
  policy: { name: string; sha256: string; same: boolean | null } | null;
  /** Ids of the waivers that covered findings, and the date by which waivers expired; null for none, and unless intact. */
  waivers: { asOf: string; used: string[] } | null;
  problems: VerifyProblem[];
}

/**
 * Checks a bundle that may come from anyone: runs nothing, follows no link, needs no network. Without trusted keys an
 * intact bundle is consistent in itself and no more: whoever can write to the folder can make another such bundle.
 * Throws only when the folder cannot be opened.
 */
export async function verifyBundle(path: string, options: VerifyOptions = {}): Promise<Verification> {
  const problems = problemList();
  return verifyFolder(await openFolder(path, problems), options, problems);
}

/** As `verifyBundle`, for a folder that the caller goes on with: of each file only the bytes that were checked are read. */
export async function verifyFolder(
  folder: BundleFolder,
  options: VerifyOptions,
  problems: Problems,
): Promise<Verification> {
  const index = await readIndex(folder, problems);
  const signedBy = await checkStatements(folder, options, problems);
  const checked = index && (await checkContent(folder, index, signedBy, options, problems));
  const approvals = await approvalsOf(folder, checked, signedBy, options, problems);
  const all = problems.all();
  const intact = all.length === 0;
  const found = intact && checked ? decided(checked, options) : { verdict: null, policy: null, waivers: null };
  return { intact, ...found, signedBy, approvals, problems: all };
}

function decided({ plan, verdict, evidence }: Checked, { policySha256 }: VerifyOptions) {
  const { name, digest: sha256 } = plan.policy;
  const used = evidence.waivers?.states.filter(({ findings }) => findings > 0).map(({ id }) => id);
  return {
    verdict: verdict.verdict,
    policy: { name, sha256, same: policySha256 === undefined ? null : policySha256 === sha256 },
    waivers: plan.waivers && { asOf: plan.waivers.asOf, used: used ?? [] },
  };
}

const STATEMENT = 'attestation.intoto.json';

/** Every statement of the bundle, found by its place. */
async function checkStatements(folder: BundleFolder, options: VerifyOptions, problems: Problems): Promise<SignedBy[]> {
  const { keys = [], certificates, requireSignature = false } = options;
  const statements = folder.files.filter((file) => placeOf(file) !== undefined);
  const trusted = { keys: withRole(keys, 'scan'), certificates };
  return checkSignatures(folder, statements, trusted, trustsAny(options) || requireSignature, problems);
}

/** Whether the verifier says whose signatures count; an unsigned bundle cannot hold then. */
export const trustsAny = ({ keys = [], certificates }: VerifyOptions): boolean =>
  keys.length > 0 || (certificates?.identities.length ?? 0) > 0;

async function approvalsOf(
  folder: BundleFolder,
  checked: Checked | undefined,
  signedBy: readonly SignedBy[],
  { keys = [], certificates, requireApproval }: VerifyOptions,
  problems: Problems,
): Promise<Approval[]> {
  const scanSigners = signedBy.filter(({ statement }) => statement === STATEMENT).flatMap(whoSigned);
  const found = folder.files.some((file) => file.startsWith('approvals/'))
    ? await problems.attempt('approvals', async () => {
        const { sha256: indexSha256 } = await measure(folder, 'bundle.json');
        const subjects = await scanSubjects(folder);
        const verdict = checked?.verdict.verdict;
        const about = { scanSigners, trusted: keys, certificates, indexSha256, subjects, verdict };
        return checkApprovals(folder, about, problems);
      })
    : [];
  if (requireApproval !== undefined) demandApprovals(found ?? [], requireApproval, problems);
  return found ?? [];
}

async function checkContent(
  folder: BundleFolder,
  index: BundleIndex,
  signedBy: readonly SignedBy[],
  options: VerifyOptions,
  problems: Problems,
): Promise<Checked | undefined> {
  const { waiverKeys, lock, minSandbox = 'none' } = options;
  const { sha256 } = await measure(folder, 'bundle.json');
  // What nobody trusted vouches for is not interpreted any further when keys are given.
  const trusted = signedBy.some((signed) => signed.trusted && signed.statement === STATEMENT);
  const checked =
    trustsAny(options) && !trusted ? undefined : await checkEvidence(folder, index, sha256, problems, waiverKeys);
  await checkFiles(folder, index, problems);
  if (checked === undefined) return undefined;
  const runs = await checkRuns(folder, { indexSha256: sha256, evidence: checked.evidence, minSandbox }, problems);
  checkSigners(folder.files, runs, signedBy, problems);
  if (lock !== undefined) await problems.attempt('inputs/plan.json', () => checkLock(checked.plan, lock));
  return checked;
}
