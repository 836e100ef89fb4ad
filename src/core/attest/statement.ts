import type { Evidence } from '../bundle/documents.js';
import type { IndexEntry } from '../bundle/staging.js';
import type { Snapshot } from '../source/snapshot.js';

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

/** The commit only when the snapshot is the commit's tree; else the tree, with the commit it stands on as a remark. */
export function sourceSubject({ subject }: Pick<Snapshot, 'subject'>): Subject {
  if (subject.kind === 'gitCommit')
    return { name: 'source', digest: { gitCommit: subject.commit, gitTree: subject.tree } };
  const annotations = subject.baseCommit === undefined ? undefined : { baseCommit: subject.baseCommit };
  return { name: 'source', digest: { sha256: subject.digest }, ...(annotations && { annotations }) };
}

/** Both ways to find a statement: by what was scanned, and by the index of the bundle. */
export const subjects = (snapshot: Pick<Snapshot, 'subject'>, indexSha256: string): Subject[] => [
  sourceSubject(snapshot),
  bundleSubject(indexSha256),
];

/** What the statements beside the scan statement are made from. */
export interface StatementFacts {
  evidence: Evidence;
  index: readonly IndexEntry[];
  indexSha256: string;
  /** SHA-256 of the scan statement's file. */
  scanSha256: string;
  /** The text of a file that the index lists. */
  read: (path: string) => Promise<string>;
}
