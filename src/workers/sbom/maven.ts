import { Listing, type Scope } from './listing.js';
import { Malformed } from './located.js';
import { childOf, childrenOf, childText, parseXml, type XmlElement } from './xml.js';

const PLACEHOLDER = /\$\{([^{}]+)\}/g;
/** Properties may name properties; a chain longer than this is a loop. */
const MAX_ROUNDS = 10;

/**
 * pom.xml: the direct dependencies whose version this file tells, as a literal, by a property, or by its own
 * dependencyManagement (maven.apache.org/pom.html). A parent, an imported bill of materials or a version range
 * needs other files or a registry: such dependencies are gaps.
 */
export function readPom(text: string): Listing {
  const project = parseXml(text);
  if (project.name !== 'project') throw new Malformed('not a pom');
  const listing = new Listing();
  const properties = propertiesOf(project);
  const managed = managedVersions(project, properties);
  for (const dependency of dependenciesOf(project))
    addDependency(dependency, undefined, { properties, managed }, listing);
  for (const profile of childrenOf(childOf(project, 'profiles'), 'profile')) {
    for (const dependency of dependenciesOf(profile))
      addDependency(dependency, 'optional', { properties, managed }, listing);
  }
  return listing;
}

const dependenciesOf = (parent: XmlElement): XmlElement[] => childrenOf(childOf(parent, 'dependencies'), 'dependency');

function propertiesOf(project: XmlElement): Map<string, string> {
  const parent = childOf(project, 'parent');
  const properties = new Map<string, string>();
  for (const property of childOf(project, 'properties')?.children ?? [])
    properties.set(property.name, property.text.trim());
  for (const name of ['groupId', 'artifactId', 'version']) {
    const inherited = childText(parent, name);
    const own = childText(project, name) ?? (name === 'artifactId' ? undefined : inherited);
    for (const prefix of ['project.', 'pom.']) if (own !== undefined) properties.set(prefix + name, own);
    if (inherited !== undefined) properties.set(`project.parent.${name}`, inherited);
  }
  return properties;
}

/** The text with properties replaced; `undefined` when one is not in this file. */
function resolved(text: string | undefined, properties: ReadonlyMap<string, string>): string | undefined {
  let result = text;
  for (let round = 0; result?.includes('${'); round += 1) {
    if (round === MAX_ROUNDS || result.length > 1000) return undefined;
    const next: string = result.replaceAll(PLACEHOLDER, (whole, name: string) => properties.get(name) ?? whole);
    if (next === result) return undefined;
    result = next;
  }
  return result;
}

/** Group, artifact, type and classifier: what Maven matches a dependency with its management by. */
function keyOf(dependency: XmlElement, properties: ReadonlyMap<string, string>): string {
  const part = (name: string) => resolved(childText(dependency, name), properties);
  return [part('groupId'), part('artifactId'), part('type') ?? 'jar', part('classifier')].join(':');
}

function managedVersions(project: XmlElement, properties: ReadonlyMap<string, string>): Map<string, XmlElement> {
  const management = childOf(project, 'dependencyManagement');
  return new Map(
    management ? dependenciesOf(management).map((dependency) => [keyOf(dependency, properties), dependency]) : [],
  );
}

interface Context {
  properties: ReadonlyMap<string, string>;
  managed: ReadonlyMap<string, XmlElement>;
}

function addDependency(dependency: XmlElement, forced: Scope | undefined, context: Context, listing: Listing): void {
  const { properties, managed } = context;
  const management = managed.get(keyOf(dependency, properties));
  const part = (name: string) => resolved(childText(dependency, name) ?? childText(management, name), properties);
  const [group, artifact, type, classifier] = ['groupId', 'artifactId', 'type', 'classifier'].map(part);
  const version = part('version');
  if (group === undefined || artifact === undefined) {
    listing.gap('that cannot be read');
    return;
  }
  listing.addIfPinned({
    type: 'maven',
    name: `${group}:${artifact}`,
    version: version === undefined || /[[\](),]|^(?:LATEST|RELEASE)$/.test(version) ? undefined : version,
    qualifiers: { ...(classifier && { classifier }), ...(type && type !== 'jar' && { type }) },
    line: dependency.line,
    scope: forced ?? scopeOf(part('scope'), part('optional')),
  });
}

function scopeOf(scope: string | undefined, optional: string | undefined): Scope {
  if (scope === 'test') return 'development';
  return optional === 'true' ? 'optional' : 'required';
}
