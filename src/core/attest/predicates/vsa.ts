import type { Plan } from '../../plan/plan.js';
import { resourceUri } from '../resource-uri.js';
import { type Statement, type StatementFacts, statement, subjects } from '../statement.js';

/** SLSA, spec/verification_summary.md. */
export const VSA_PREDICATE = 'https://slsa.dev/verification_summary/v1';

/** Who decided. A consumer accepts it from the keys of those alone whose scans it trusts. */
export const VERIFIER = 'https://npmjs.com/package/certus-security-scan';

/** The property that a source with the verdict `pass` has; names that begin with SLSA_ are not ours to give. */
export const PASSED_PROPERTY = 'CERTUS_SECURITY_SCAN_PASSED';

export interface VsaPredicate {
  verifier: { id: string };
  resourceUri: string;
  policy: { uri: string; digest: { sha256: string } };
  inputAttestations: { uri: string; digest: { sha256: string } }[];
  verificationResult: 'PASSED' | 'FAILED';
  verifiedLevels: string[];
}

/**
 * The decision as a SLSA Verification Summary. It knows passed and failed alone, so incomplete evidence (`error`) has
 * failed: the scan statement that it names tells the two apart. Without a time, which would not be the same each time.
 */
export function vsa({ evidence, indexSha256, scanSha256 }: StatementFacts): Statement<VsaPredicate> {
  const { plan, snapshot, verdict } = evidence;
  const passed = verdict.verdict === 'pass';
  return statement(subjects(snapshot, indexSha256), VSA_PREDICATE, {
    verifier: { id: VERIFIER },
    resourceUri: resourceUri(snapshot),
    policy: policyOf(plan),
    inputAttestations: [{ uri: 'attestation.intoto.json', digest: { sha256: scanSha256 } }],
    verificationResult: passed ? 'PASSED' : 'FAILED',
    verifiedLevels: [passed ? PASSED_PROPERTY : 'FAILED'],
  });
}

const policyOf = ({ policy }: Plan) => ({ uri: 'inputs/policy.json', digest: { sha256: policy.digest } });
