import { sha256 } from '../lib/digest.js';
import { VERSION } from '../lib/version.js';
import { type Expressions, spdxExpressions } from './license.js';
import { type Sbom, type SbomPackage, type SbomSubject, subjectTime } from './packages.js';

const DOCUMENT = 'SPDXRef-DOCUMENT';
const SUBJECT = 'SPDXRef-Subject';

/** How a package relates to the subject (SPDX 2.3, clause 11.1). */
const RELATIONS: Readonly<Record<SbomPackage['scope'], string>> = {
  required: 'DEPENDENCY_OF',
  optional: 'OPTIONAL_DEPENDENCY_OF',
  development: 'DEV_DEPENDENCY_OF',
};

interface ExtractedLicense {
  licenseId: string;
  extractedText: string;
  name: string;
}

/**
 * SPDX 2.3 as JSON, one package per purl. A function of its input, like `renderCycloneDx`; the namespace is derived
 * from the content. Throws `TypeError` for a commit time that is none.
 */
export function renderSpdx({ packages, subject, uuid }: Sbom): string {
  const expressions = spdxExpressions(packages);
  const extracted = extractedLicenses(expressions);
  const ids = new Map(packages.map(({ purl }) => [purl, `SPDXRef-Package-${sha256(purl).slice(0, 32)}`]));
  const idOf = (purl: string): string => ids.get(purl) ?? '';
  const document = {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: DOCUMENT,
    name: subject.name,
    // The form that the specification proposes (SPDX 2.3, clause 6.5); nothing needs to be found there.
    documentNamespace: `https://spdx.org/spdxdocs/${encodeURIComponent(subject.name)}-${uuid}`,
    creationInfo: { created: secondsOf(subject), creators: [`Tool: certus-security-scan-${VERSION}`] },
    packages: [subjectPackage(subject), ...packages.map((found) => packageOf(found, idOf(found.purl), expressions))],
    ...(extracted.length > 0 && { hasExtractedLicensingInfos: extracted }),
    relationships: relationshipsOf(packages, idOf),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** `YYYY-MM-DDThh:mm:ssZ` (SPDX 2.3, clause 6.9). */
const secondsOf = (subject: SbomSubject): string =>
  subjectTime(subject)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z');

/** Nothing was concluded, and no file was looked into. */
const UNANALYSED = {
  downloadLocation: 'NOASSERTION',
  filesAnalyzed: false,
  licenseConcluded: 'NOASSERTION',
  copyrightText: 'NOASSERTION',
};

const subjectPackage = ({ name, version, digest }: SbomSubject) => ({
  SPDXID: SUBJECT,
  name,
  versionInfo: version,
  ...UNANALYSED,
  licenseDeclared: 'NOASSERTION',
  primaryPackagePurpose: 'APPLICATION',
  comment: `source digest ${digest}`,
});

function packageOf(found: SbomPackage, id: string, expressions: Expressions) {
  const { purl, name, version, hashes, disputed, licenses, occurrences } = found;
  const disagreement = disputed.map(([algorithm, digest]) => `${algorithm} ${digest}`).join('; ');
  return {
    SPDXID: id,
    name,
    versionInfo: version,
    ...UNANALYSED,
    licenseDeclared: declaredOf(licenses, expressions),
    primaryPackagePurpose: 'LIBRARY',
    sourceInfo: `named by ${occurrences.map(({ path, line }) => `${path}:${line}`).join(', ')}`,
    ...(disagreement !== '' && { comment: `lockfiles disagree about the hash: ${disagreement}` }),
    ...(hashes.length > 0 && {
      checksums: hashes.map(([name, hex]) => ({ algorithm: name.replace('-', ''), checksumValue: hex })),
    }),
    externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl }],
  };
}

/** Lockfiles that state different licences for one package are all believed. */
function declaredOf(licenses: readonly string[], expressions: Expressions): string {
  const terms = licenses.map((text) => expressions.get(text) ?? referenceTo(text));
  if (terms.length === 0) return 'NOASSERTION';
  return terms.length === 1 ? terms.join() : terms.map((term) => `(${term})`).join(' AND ');
}

const referenceTo = (text: string): string => `LicenseRef-${sha256(text).slice(0, 16)}`;

/** What a lockfile states that is no SPDX expression is quoted, and referred to. */
function extractedLicenses(expressions: Expressions): ExtractedLicense[] {
  return [...expressions.keys()]
    .filter((text) => expressions.get(text) === undefined)
    .sort()
    .map((text) => ({ licenseId: referenceTo(text), extractedText: text, name: text }));
}

function relationshipsOf(packages: readonly SbomPackage[], idOf: (purl: string) => string) {
  const used = packages.map(({ purl, scope }) => relation(idOf(purl), RELATIONS[scope], SUBJECT));
  const inner = packages.flatMap(({ purl, dependsOn }) =>
    dependsOn.map((other) => relation(idOf(purl), 'DEPENDS_ON', idOf(other))),
  );
  return [relation(DOCUMENT, 'DESCRIBES', SUBJECT), ...used, ...inner];
}

const relation = (spdxElementId: string, relationshipType: string, relatedSpdxElement: string) => ({
  spdxElementId,
  relationshipType,
  relatedSpdxElement,
});
