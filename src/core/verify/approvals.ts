import { join } from 'node:path';
import { z } from 'zod';
import { APPROVAL_PREDICATE, type Subject } from '../attest/statement.js';
import { canonicalJson } from '../lib/canonical.js';
import { readPlainFile } from '../lib/plain-file.js';
import { IN_TOTO_PAYLOAD, signersOf } from '../lib/signing/dsse.js';
import { sigstoreBundleSchema } from '../lib/signing/sigstore-bundle.js';
import type { TrustedKey } from '../policy/trusted-keys.js';
import { MAX_DOCUMENT, parseCanonical, readCanonical } from './document.js';
import { type BundleFolder, textOf } from './folder.js';
import { type Problems, Unsound } from './problems.js';
import { statementSchema } from './schemas.js';

const verdict = z.enum(['pass', 'fail', 'error']);

/** What an approver states: who looked at which verdict, when by the clock of the machine, and why. */
export const approvalSchema = statementSchema.extend({
  predicateType: z.literal(APPROVAL_PREDICATE),
  predicate: z.strictObject({
    verdict,
    approver: z.strictObject({ keyid: z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/) }),
    approved: z.iso.datetime(),
    comment: z.string().max(2000).nullable(),
  }),
});
export type ApprovalStatement = z.infer<typeof approvalSchema>;

/** What an approval must agree with. */
export interface Approved {
  /** Keyids of those who signed the statement about the scan. */
  scanSigners: readonly string[];
  trusted: readonly TrustedKey[];
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
  /** As the policy names the key; null unless `trusted`. */
  name: string | null;
  /** Signed by a trusted key of the role `approve`, over the exact bytes of the statement. */
  trusted: boolean;
  /** Whoever signed the scan cannot be its only approver. */
  ownScan: boolean;
  approved: string;
  comment: string | null;
}

const FILE = /^approvals\/([0-9a-f]{8})\.(intoto|sigstore)\.json$/;
/** The base64 of a statement of `MAX_DOCUMENT`. */
const MAX_SIGNATURE = 2 * MAX_DOCUMENT;

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
  const people = new Set(counting.map(({ keyid }) => keyid)).size;
  const least = Math.max(1, wanted);
  if (people < least) problems.add('approvals', `${people} of ${least} approvals by keys that are trusted to approve`);
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
  const signer = await checkSignature(folder, file, { ...named, keyid }, about.trusted);
  const mayApprove = signer?.roles.includes('approve') ?? false;
  return {
    file,
    keyid,
    name: mayApprove ? (signer?.name ?? null) : null,
    trusted: mayApprove,
    ownScan: about.scanSigners.includes(keyid),
    approved: predicate.approved,
    comment: predicate.comment,
  };
}

interface Claimed extends Named {
  keyid: string;
}

/** The trusted key that signed the approval; undefined for a key that is not among them. Throws `Unsound`. */
async function checkSignature(folder: BundleFolder, file: string, claimed: Claimed, trusted: Approved['trusted']) {
  const path = signatureOf(claimed.shortId);
  if (!claimed.isSigned) throw new Unsound('is not signed');
  const bundle = parseCanonical(await textOf(folder, path, MAX_SIGNATURE), sigstoreBundleSchema);
  const { payloadType, payload, signatures } = bundle.dsseEnvelope;
  const bytes = await readPlainFile(join(folder.root, file), MAX_DOCUMENT);
  if (payloadType !== IN_TOTO_PAYLOAD || payload !== bytes.toString('base64'))
    throw new Unsound(`its signature ${path} is about other bytes`);
  const { hint } = bundle.verificationMaterial.publicKey;
  const named = trusted.find(
    ({ key }) => key.keyid === claimed.keyid || key.hint === hint || key.shortId === claimed.shortId,
  );
  const signer = trusted.find(({ key }) => signersOf(bundle.dsseEnvelope, [key]).length > 0);
  if (signer === undefined && named === undefined) return undefined;
  const { keyid, shortId } = signer?.key ?? {};
  const agrees =
    keyid === claimed.keyid &&
    shortId === claimed.shortId &&
    signer?.key.hint === hint &&
    signatures[0]?.keyid === keyid;
  if (!agrees) throw new Unsound('does not verify with the key that it names');
  return signer;
}
