import type { Problem } from '../lib/errors.js';
import { forTerminal } from '../lib/escape.js';
import type { TrustedKey } from '../policy/trusted-keys.js';
import type { SignerRole, WaiverEntry, WaiverSignature } from './entry.js';
import { isSignedBy } from './sign.js';

/** Who signed, as the policy names the key. The key is the identity: two names do not make two people. */
export interface Signer {
  name: string;
  keyid: string;
}

export interface Signers {
  author: Signer;
  approver: Signer | undefined;
}

interface SignatureRules {
  keys: readonly TrustedKey[];
  approval: 'none' | 'other-key';
}

type SignatureProblem = Pick<Problem, 'message' | 'remedy'> & { path: readonly PropertyKey[] };

/** Who signed an entry, and everything that is wrong with its signatures: each that is there must be right. */
export function signersOfEntry(
  entry: WaiverEntry,
  { keys, approval }: SignatureRules,
): Partial<Signers> & { problems: SignatureProblem[] } {
  const problems = entry.signatures.flatMap((signature, i) => {
    const problem = signatureProblem(entry, signature, keys);
    return problem === undefined ? [] : [{ path: ['signatures', i], ...problem }];
  });
  const signer = (role: SignerRole) => signerOf(entry.signatures, role, keys);
  const [author, approver] = [signer('waive'), signer('approve-waiver')];
  const unsigned = { path: ['signatures'] };
  if (!hasRole(entry, 'waive')) problems.push({ ...unsigned, ...missingAuthor(keys) });
  if (approval === 'other-key' && !hasRole(entry, 'approve-waiver'))
    problems.push({ ...unsigned, ...missingApproval(entry.id, keys) });
  if (new Set(entry.signatures.map(({ role }) => role)).size < entry.signatures.length)
    problems.push({ ...unsigned, message: 'holds two signatures of one role' });
  if (new Set(entry.signatures.map(({ keyid }) => keyid)).size < entry.signatures.length)
    problems.push({ ...unsigned, message: 'author and approver signed with the same key', remedy: OTHER_KEY });
  return { author, approver, problems };
}

const OTHER_KEY = 'Somebody else must approve it, with a key of the role `approve-waiver`.';

const hasRole = ({ signatures }: WaiverEntry, wanted: SignerRole): boolean =>
  signatures.some(({ role }) => role === wanted);

function signerOf(signatures: readonly WaiverSignature[], wanted: SignerRole, keys: readonly TrustedKey[]) {
  const signature = signatures.find(({ role }) => role === wanted);
  const known = keys.find(({ key }) => key.keyid === signature?.keyid);
  return known && { name: known.name, keyid: known.key.keyid };
}

/** The key id is a hint that chooses the key; the key alone says whether the signature is good. */
function signatureProblem(
  entry: WaiverEntry,
  signature: WaiverSignature,
  keys: readonly TrustedKey[],
): Pick<Problem, 'message' | 'remedy'> | undefined {
  const { role, keyid } = signature;
  const known = keys.find(({ key }) => key.keyid === keyid);
  if (known === undefined) {
    const remedy = `Add the key under \`trust.keys\` with the role \`${role}\`, or have a trusted key sign.`;
    return { message: `is by ${keyid}, which the policy does not know`, remedy };
  }
  const name = forTerminal(known.name);
  if (!known.roles.includes(role)) return { message: `is by ${name}, whose key has not the role \`${role}\`` };
  if (isSignedBy(entry, signature, known.key)) return undefined;
  const remedy = 'An entry that was changed must be signed anew: remove it and make it with `security-scan waive`.';
  return { message: `does not verify with the key of ${name}: the entry is not what was signed`, remedy };
}

function missingAuthor(keys: readonly TrustedKey[]): Pick<Problem, 'message' | 'remedy'> {
  if (keys.some(({ roles }) => roles.includes('waive')))
    return { message: 'no author signed', remedy: 'Make waivers with `security-scan waive --sign-key KEY`.' };
  const remedy = 'Name the public keys of those who may, under `trust.keys` with the role `waive`.';
  return { message: 'no author signed, and the policy lets nobody waive', remedy };
}

function missingApproval(id: string, keys: readonly TrustedKey[]): Pick<Problem, 'message' | 'remedy'> {
  const nobody = keys.some(({ roles }) => roles.includes('approve-waiver'))
    ? ''
    : '; the policy names no key with the role `approve-waiver`';
  return {
    message: `the policy demands an approval by another key${nobody}`,
    remedy: `\`security-scan waive --approve ${id} --sign-key KEY\` gives it.`,
  };
}
