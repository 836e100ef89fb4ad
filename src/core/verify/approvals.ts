import * as z from 'zod';
import { APPROVAL_PREDICATE, type Subject } from '../attest/statement.js';
import { canonicalJson } from '../lib/canonical.js';
import { keyidSchema } from '../lib/signing/keys.js';
import type { SignerIdentity } from '../lib/signing/sigstore-root.js';
import { identityName } from '../policy/trusted-keys.js';
import { type Approvers, approverOf } from './approval-signature.js';
import { readCanonical } from './document.js';
import type { BundleFolder } from './folder.js';
import { type Problems, Unsound } from './problems.js';
import { statementSchema } from './schemas.js';

const verdict = z.enum(['pass', 'fail', 'error']);

/** What an approver states: who looked at which verdict, when by the clock of the machine, and why. */
export const approvalSchema = statementSchema.extend({
  predicateType: z.literal(APPROVAL_PREDICATE),
  predicate: z.strictObject({
    verdict,
    approver: z.strictObject({ keyid: keyidSchema }),
    approved: z.iso.datetime(),
    comment: z.string().max(2000).nullable(),
  }),
});
export type ApprovalStatement = z.infer<typeof approvalSchema>;

/** What an approval must agree with. */
export interface Approved extends Approvers {
  /** Keyids and identities of those who signed the statement about the scan, as `whoSigned` gives them. */
  scanSigners: readonly string[];
  indexSha256: string;
  /** Those of the statement about the scan. */
  subjects: readonly Subject[];
  /** As recomputed; undefined when it could not be. */
  verdict?: 'pass' | 'fail' | 'error' | undefined;
}

/** One approval that was found. */
export interface Approval {
  /** The statement's file. */
  file: string;
  /** As it names its approver; a hint unless `trusted`. */
  keyid: string;
  /** Whom the certificate is about; null without one, and where there is no trusted root to check it by. */
  identity: SignerIdentity | null;
  /** As the policy names the key or the identity; null unless `trusted`. */
  name: string | null;
  /** Signed by a trusted key or identity of the role `approve`, over the exact bytes of the statement. */
  trusted: boolean;
  /** Whoever signed the scan cannot be its only approver. */
  ownScan: boolean;
  approved: string;
  comment: string | null;
}

const FILE = /^approvals\/([0-9a-f]{8})\.(intoto|sigstore)\.json$/;
/**
 * Checks every file under `approvals/`: statements are canonical, about this bundle and its verdict, and each has its
 * signature. One by a key that is not trusted to approve is listed and counts for nothing.
 */
export async function checkApprovals(folder: BundleFolder, about: Approved, problems: Problems): Promise<Approval[]> {
  const found: Approval[] = [];
  const present = new Set(folder.files);
  for (const file of folder.files.filter((path) => path.startsWith('approvals/'))) {
    const [, shortId = '', kind] = FILE.exec(file) ?? [];
    if (kind === undefined) problems.add(file, 'is no part of an approval');
    else if (kind === 'sigstore') {
      if (!present.has(statementOf(shortId))) problems.add(file, 'is a signature of no approval');
    } else {
      const isSigned = present.has(signatureOf(shortId));
      const approval = await problems.attempt(file, () => checkApproval(folder, file, { shortId, isSigned }, about));
      if (approval !== undefined) found.push(approval);
    }
  }
  return found;
}

/** Adds a problem unless enough different people approved, at least one of whom did not sign the scan. */
export function demandApprovals(approvals: readonly Approval[], wanted: number, problems: Problems): void {
  const counting = approvals.filter(({ trusted }) => trusted);
  // The key of a keyless signature is another one each time.
  const people = new Set(counting.map(({ identity, keyid }) => (identity === null ? keyid : identityName(identity))))
    .size;
  const least = Math.max(1, wanted);
  if (people < least) problems.add('approvals', `${people} of ${least} approvals by whom is trusted to approve`);
  else if (counting.every(({ ownScan }) => ownScan))
    problems.add('approvals', 'whoever signed the scan cannot be its only approver');
}

const scanSchema = statementSchema.extend({ subject: z.array(z.custom<Subject>()).min(1) });

/** What the statement about the scan is about; an approval has the same subjects. Throws `Unsound` or `ZodError`. */
export async function scanSubjects(folder: BundleFolder): Promise<readonly Subject[]> {
  return (await readCanonical(folder, 'attestation.intoto.json', scanSchema)).subject;
}

export const statementOf = (shortId: string): string => `approvals/${shortId}.intoto.json`;
export const signatureOf = (shortId: string): string => `approvals/${shortId}.sigstore.json`;

interface Named {
  /** Of the key, in the names of its files. */
  shortId: string;
  /** The file of the signature is there. */
  isSigned: boolean;
}

async function checkApproval(folder: BundleFolder, file: string, named: Named, about: Approved): Promise<Approval> {
  const { subject, predicate } = await readCanonical(folder, file, approvalSchema);
  const isOurs = subject.some(({ name, digest }) => name === 'bundle.json' && digest['sha256'] === about.indexSha256);
  if (!isOurs || canonicalJson(subject) !== canonicalJson(about.subjects)) throw new Unsound('is about another bundle');
  if (about.verdict !== undefined && predicate.verdict !== about.verdict)
    throw new Unsound(`approves another verdict (${predicate.verdict}) than the evidence gives`);
  const { keyid } = predicate.approver;
  if (!named.isSigned) throw new Unsound('is not signed');
  const claimed = { keyid, shortId: named.shortId, path: signatureOf(named.shortId) };
  const { name, identity } = await approverOf(folder, file, claimed, about);
  return {
    file,
    keyid,
    identity,
    name: name ?? null,
    trusted: name !== undefined,
    ownScan: whoSigned({ keyid, identity }).some((who) => about.scanSigners.includes(who)),
    approved: predicate.approved,
    comment: predicate.comment,
  };
}

/** Every name by which a signer is known again. */
export const whoSigned = ({ keyid, identity }: Pick<Approval, 'keyid' | 'identity'>): string[] =>
  identity === null ? [keyid] : [keyid, identityName(identity)];
