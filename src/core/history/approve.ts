import { lstat, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { APPROVAL_PREDICATE, STATEMENT_TYPE } from '../attest/statement.js';
import { canonicalJson } from '../lib/canonical.js';
import { Fault, Refusal } from '../lib/errors.js';
import type { PrivateSigningKey } from '../lib/signing/keys.js';
import { signedStatement } from '../lib/signing/sigstore-bundle.js';
import { type ApprovalStatement, approvalSchema, scanSubjects, signatureOf, statementOf } from '../verify/approvals.js';
import { type BundleFolder, openFolder } from '../verify/folder.js';
import { problemList } from '../verify/problems.js';
import { type Verification, type VerifyOptions, verifyFolder } from '../verify/verify.js';
import { addFacts, type Placed } from './add.js';
import { approvalFact } from './facts.js';
import { isFolder, makeHistory, moveInto } from './place.js';

export interface ApprovalRequest {
  key: PrivateSigningKey;
  /** Makes the signature by that key, as a Sigstore bundle; with a certificate, say. Absent: by the key alone. */
  sign?: (statement: Uint8Array) => Promise<string>;
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
  const found = problemList();
  const folder = await openFolder(bundle, found);
  const { intact, verdict, problems, signedBy } = await verifyFolder(folder, request.bundle ?? {}, found);
  if (!intact || verdict === null) {
    const reasons = problems.slice(0, 20).map(({ file, reason }) => ({ file, message: reason }));
    throw new Refusal('bundle', [{ file: placed.id, message: 'is not intact, and is not approved' }, ...reasons]);
  }
  if (!stood) await writeApproval(placed, folder, request, { verdict, approved: clock().toISOString() });
  await chain(placed, folder, statementOf(key.shortId));
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

/** Signs what was checked: another bundle in its place since then is noticed when `folder` is read again. */
async function writeApproval(
  { exportDir, id }: Placed,
  folder: BundleFolder,
  { key, comment, sign = async (statement) => signedStatement(statement, key) }: ApprovalRequest,
  stated: Pick<ApprovalStatement['predicate'], 'verdict' | 'approved'>,
): Promise<void> {
  if (!(await isFolder(join(exportDir, id)))) throw new Fault('bundle', `${id} is no folder`, 'Look at it.');
  const statement = approvalSchema.parse({
    _type: STATEMENT_TYPE,
    subject: await scanSubjects(folder),
    predicateType: APPROVAL_PREDICATE,
    predicate: { ...stated, approver: { keyid: key.keyid }, comment },
  });
  const text = canonicalJson(statement);
  const signature = await sign(Buffer.from(text));
  const beside = await makeHistory(exportDir);
  await makeFolder(join(folder.root, 'approvals'));
  await moveInto(beside, join(folder.root, statementOf(key.shortId)), text);
  // Last: a statement counts for nothing until it is signed.
  await moveInto(beside, join(folder.root, signatureOf(key.shortId)), signature);
}

/** Nothing is written through a link. */
async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  if (!(await isFolder(path))) throw new Fault('bundle', `${path} is no folder`, 'Remove it.');
}

async function chain(placed: Placed, folder: BundleFolder, file: string): Promise<void> {
  const { id } = placed;
  try {
    await addFacts(placed, [await approvalFact(folder, id, file)], false);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `the approval of ${id} stands, but the history beside it lacks it: ${why}`;
    throw new Fault('history', message, 'When the cause is gone: `security-scan history add <bundle>`.', { cause });
  }
}
