import * as Enums from '@cyclonedx/cyclonedx-library/Enums';
import * as Models from '@cyclonedx/cyclonedx-library/Models';
import * as Serialize from '@cyclonedx/cyclonedx-library/Serialize';
import * as Spec from '@cyclonedx/cyclonedx-library/Spec';
import { VERSION } from '../lib/version.js';
import { type Expressions, isSpdxId, spdxExpressions } from './license.js';
import { type Sbom, type SbomPackage, type SbomSubject, subjectTime, topLevel } from './packages.js';

const SUBJECT_REF = 'subject';

const SCOPES: Readonly<Record<SbomPackage['scope'], Enums.ComponentScope>> = {
  required: Enums.ComponentScope.Required,
  optional: Enums.ComponentScope.Optional,
  // "Excluded components … document component usage for test and other non-runtime purposes" (CycloneDX 1.6, scope).
  development: Enums.ComponentScope.Excluded,
};

const ALGORITHMS: ReadonlyMap<string, Enums.HashAlgorithm> = new Map([
  ['SHA-1', Enums.HashAlgorithm['SHA-1']],
  ['SHA-256', Enums.HashAlgorithm['SHA-256']],
  ['SHA-384', Enums.HashAlgorithm['SHA-384']],
  ['SHA-512', Enums.HashAlgorithm['SHA-512']],
]);

/**
 * CycloneDX 1.6 as JSON, one component per purl, each with the lockfiles and lines it was read from. A function of
 * its input: time and serial number come from the subject and the content. Throws `TypeError` for a commit time
 * that is none.
 */
export function renderCycloneDx(sbom: Sbom): string {
  const { packages } = sbom;
  const bom = bomOf(sbom);
  const normalizer = new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6).makeForBom();
  // Lists are in the order in which they were filled: the library sorts by the locale of whoever runs it.
  const document = normalizer.normalize(bom, { sortLists: false });
  const occurrences = new Map(packages.map((found) => [found.purl, occurrencesOf(found)]));
  // The library has no model for occurrences.
  const located = document.components?.map((component) => ({
    ...component,
    evidence: { ...component.evidence, occurrences: occurrences.get(component.purl ?? '') ?? [] },
  }));
  return `${JSON.stringify({ ...document, components: located ?? [] }, null, 2)}\n`;
}

const occurrencesOf = ({ occurrences }: SbomPackage) => occurrences.map(({ path, line }) => ({ location: path, line }));

function bomOf({ packages, subject, uuid }: Sbom): Models.Bom {
  const expressions = spdxExpressions(packages);
  const models = new Map(packages.map((found) => [found.purl, componentOf(found, expressions)]));
  for (const found of packages) {
    for (const purl of found.dependsOn) addDependency(models.get(found.purl), models.get(purl));
  }
  const root = subjectOf(subject);
  for (const found of topLevel(packages)) addDependency(root, models.get(found.purl));
  return new Models.Bom({
    serialNumber: `urn:uuid:${uuid}`,
    metadata: new Models.Metadata({
      timestamp: subjectTime(subject),
      lifecycles: new Models.LifecycleRepository([Enums.LifecyclePhase.PreBuild]),
      tools: new Models.Tools({ components: new Models.ComponentRepository([toolOf()]) }),
      component: root,
    }),
    components: new Models.ComponentRepository(models.values()),
  });
}

function addDependency(from: Models.Component | undefined, to: Models.Component | undefined): void {
  if (from && to) from.dependencies.add(to.bomRef);
}

const toolOf = (): Models.Component =>
  new Models.Component(Enums.ComponentType.Application, 'certus-security-scan', { bomRef: 'tool', version: VERSION });

function subjectOf({ name, version, digest }: SbomSubject): Models.Component {
  return new Models.Component(Enums.ComponentType.Application, name, {
    bomRef: SUBJECT_REF,
    version,
    properties: new Models.PropertyRepository([new Models.Property('certus:subject:digest', digest)]),
  });
}

function componentOf(found: SbomPackage, expressions: Expressions): Models.Component {
  const { group, name } = parted(found);
  return new Models.Component(Enums.ComponentType.Library, name, {
    bomRef: found.purl,
    group,
    version: found.version,
    purl: found.purl,
    scope: SCOPES[found.scope],
    hashes: new Models.HashDictionary(found.hashes.flatMap(([algorithm, digest]) => hashOf(algorithm, digest))),
    licenses: new Models.LicenseRepository(licensesOf(found.licenses, expressions)),
    properties: new Models.PropertyRepository(
      found.disputed.map(([algorithm, digest]) => new Models.Property(`certus:disputed:${algorithm}`, digest)),
    ),
  });
}

function hashOf(algorithm: string, digest: string): Models.Hash[] {
  const known = ALGORITHMS.get(algorithm);
  return known === undefined ? [] : [[known, digest]];
}

/** Ecosystems whose names have a namespace of their own: npm scopes, Composer vendors, Maven groups. */
function parted({ purl, name }: SbomPackage): { group: string | undefined; name: string } {
  const separator = { npm: '/', composer: '/', maven: ':' }[/^pkg:(npm|composer|maven)\//.exec(purl)?.[1] ?? ''];
  const at = separator === undefined ? -1 : name.indexOf(separator);
  return at < 0 ? { group: undefined, name } : { group: name.slice(0, at), name: name.slice(at + 1) };
}

/** An expression must stand alone (CycloneDX 1.6, licenses); beside others it is given by name. */
function licensesOf(stated: readonly string[], expressions: Expressions): Models.License[] {
  return stated.map((text) => {
    const expression = expressions.get(text);
    const license =
      expression === undefined || (stated.length > 1 && !isSpdxId(expression))
        ? new Models.NamedLicense(text)
        : isSpdxId(expression)
          ? new Models.SpdxLicense(expression)
          : new Models.LicenseExpression(expression);
    license.acknowledgement = Enums.LicenseAcknowledgement.Declared;
    return license;
  });
}
