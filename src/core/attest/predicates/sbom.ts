import { type Statement, type StatementFacts, statement, subjects } from '../statement.js';

/** in-toto/attestation, spec/predicates/cyclonedx.md and spdx2.md; what cosign calls `cyclonedx` and `spdxjson`. */
export const CYCLONEDX_PREDICATE = 'https://cyclonedx.org/bom';
export const SPDX_PREDICATE = 'https://spdx.dev/Document';

/** A document above this size, in bytes, has no statement of its own: the index names it, and statements are held in memory. */
const MAX_PREDICATE = 2 ** 25;

export const cycloneDxStatement = (facts: StatementFacts): Promise<Statement<unknown> | undefined> =>
  documentStatement('reports/sbom/sbom.cyclonedx.json', CYCLONEDX_PREDICATE, facts);

export const spdxStatement = (facts: StatementFacts): Promise<Statement<unknown> | undefined> =>
  documentStatement('reports/sbom/sbom.spdx.json', SPDX_PREDICATE, facts);

/** The document itself as predicate; undefined when the bundle has none. */
async function documentStatement(
  path: string,
  predicateType: string,
  { evidence, index, indexSha256, read }: StatementFacts,
): Promise<Statement<unknown> | undefined> {
  const entry = index.find((candidate) => candidate.path === path);
  if (entry === undefined || entry.size > MAX_PREDICATE) return undefined;
  const document: unknown = JSON.parse(await read(path));
  return statement(subjects(evidence.snapshot, indexSha256), predicateType, document);
}
