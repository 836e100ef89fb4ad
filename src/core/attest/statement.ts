/** in-toto Statement v1 and its resource descriptors (in-toto/attestation, spec/v1/statement.md and resource_descriptor.md). */
export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';

/** Names the predicates of this project; docs/predicates.md describes them. */
const PREDICATES = 'https://npmjs.com/package/certus-security-scan/predicate';
export const SCAN_PREDICATE = `${PREDICATES}/scan/v1`;
export const RUN_PREDICATE = `${PREDICATES}/run/v1`;
export const APPROVAL_PREDICATE = `${PREDICATES}/approval/v1`;

export interface Subject {
  name: string;
  digest: Record<string, string>;
  annotations?: Record<string, string>;
}

export interface Statement<P> {
  _type: typeof STATEMENT_TYPE;
  subject: Subject[];
  predicateType: string;
  predicate: P;
}

export const statement = <P>(subject: Subject[], predicateType: string, predicate: P): Statement<P> => ({
  _type: STATEMENT_TYPE,
  subject,
  predicateType,
  predicate,
});

/** The second subject of every statement: the index of the bundle. */
export const bundleSubject = (indexSha256: string): Subject => ({
  name: 'bundle.json',
  digest: { sha256: indexSha256 },
});
