import { lstat, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { APPROVAL_PREDICATE, STATEMENT_TYPE } from '../attest/statement.js';
import { canonicalJson } from '../lib/canonical.js';
import { Fault, Refusal } from '../lib/errors.js';
import type { PrivateSigningKey } from '../lib/signing/keys.js';
import { signedStatement } from '../lib/signing/sigstore-bundle.js';
import { approvalSchema, scanSubjects, signatureOf, statementOf } from '../verify/approvals.js';
import { type BundleFolder, measure, openFolder } from '../verify/folder.js';
import { problemList } from '../verify/problems.js';
import { type Verification, type VerifyOptions, verifyBundle } from '../verify/verify.js';
import { addFacts, type Placed } from './add.js';
import { approvalFact, openBundle } from './facts.js';
import { isFolder, makeHistory, moveInto } from './place.js';

export interface ApprovalRequest {
  key: PrivateSigningKey;
  comment: string | null;
  /** How the bundle is checked first. */
  bundle?: VerifyOptions;
}

export interface ApprovalMade {
  verdict: NonNullable<Verification['verdict']>;
  /** The statement's file inside the bundle. */
  file: string;
  /** `stood`: this key had approved already; what the history lacked was added. */
  how: 'made' | 'stood';
  /** The approver signed the scan too, as its signature says. */
  ownScan: boolean;
}

/**
 * Approves a bundle: checks it, states the verdict that its evidence gives, signs that, and adds it to the history. May
 * be said again after a kill. Throws `Refusal` for a bundle that is not intact, `Fault` when the history lacks the approval.
 */
export async function approve(placed: Placed, request: ApprovalRequest, clock: () => Date): Promise<ApprovalMade> {
  const { key } = request;
  const bundle = join(placed.exportDir, placed.id);
  const stood = await standing(bundle, key);
  const before = await identityOf(await openFolder(bundle, problemList())).catch(() => undefined);
  const { intact, verdict, problems, signedBy } = await verifyBundle(bundle, request.bundle);
  if (!intact || verdict === null) {
    const reasons = problems.slice(0, 20).map(({ file, reason }) => ({ file, message: reason }));
    throw new Refusal('bundle', [{ file: placed.id, message: 'is not intact, and is not approved' }, ...reasons]);
  }
  if (!stood) await writeApproval(placed, request, { verdict, identity: before }, clock());
  await chain(placed, statementOf(key.shortId));
  const ownScan = signedBy.some(({ statement, keyid }) => statement === SCAN && keyid === key.keyid);
  return { verdict, file: statementOf(key.shortId), how: stood ? 'stood' : 'made', ownScan };
}

const SCAN = 'attestation.intoto.json';

/** Whether this key has approved. A statement without its signature is what a killed approval left, and goes. */
async function standing(bundle: string, { shortId }: PrivateSigningKey): Promise<boolean> {
  const folder = join(bundle, 'approvals');
  if (!(await isFolder(folder))) return false;
  if (await exists(join(bundle, signatureOf(shortId)))) return true;
  await rm(join(bundle, statementOf(shortId)), { force: true });
  return false;
}

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );

/** What a check found, and which bundle that is about. */
interface Looked {
  verdict: ApprovalMade['verdict'];
  identity: string | undefined;
}

/** The digests of what covers all evidence, and of the statement about the scan. Throws `Fault` where one is not there. */
async function identityOf(folder: BundleFolder): Promise<string> {
  return `${(await measure(folder, 'bundle.json')).sha256} ${(await measure(folder, SCAN)).sha256}`;
}

async function writeApproval(
  { exportDir, id }: Placed,
  { key, comment }: ApprovalRequest,
  { verdict, identity }: Looked,
  now: Date,
): Promise<void> {
  const folder = await openBundle(exportDir, id);
  const subject = await scanSubjects(folder);
  // Whoever can write there may have put another bundle in the place of the one that was checked.
  if ((await identityOf(folder)) !== identity)
    throw new Fault(
      'bundle',
      `${id} was changed while it was checked: nothing is signed`,
      'Look at it, then try again.',
    );
  const approver = { keyid: key.keyid };
  const predicate = { verdict, approver, approved: now.toISOString(), comment };
  const statement = approvalSchema.parse({
    _type: STATEMENT_TYPE,
    subject,
    predicateType: APPROVAL_PREDICATE,
    predicate,
  });
  const text = canonicalJson(statement);
  const beside = await makeHistory(exportDir);
  await makeFolder(join(folder.root, 'approvals'));
  await moveInto(beside, join(folder.root, statementOf(key.shortId)), text);
  // Last: a statement counts for nothing until it is signed.
  await moveInto(beside, join(folder.root, signatureOf(key.shortId)), signedStatement(Buffer.from(text), key));
}

/** Nothing is written through a link. */
async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  if (!(await isFolder(path))) throw new Fault('bundle', `${path} is no folder`, 'Remove it.');
}

async function chain(placed: Placed, file: string): Promise<void> {
  const { exportDir, id } = placed;
  try {
    await addFacts(placed, [await approvalFact(await openBundle(exportDir, id), id, file)], false);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `the approval of ${id} stands, but the history beside it lacks it: ${why}`;
    throw new Fault('history', message, 'When the cause is gone: `security-scan history add <bundle>`.', { cause });
  }
}
