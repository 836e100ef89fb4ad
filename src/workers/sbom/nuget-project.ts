import { Listing } from './listing.js';
import { Malformed } from './located.js';
import { childrenOf, childText, parseXml, type XmlElement } from './xml.js';

const PROPERTY = /\$\(([\w.]+)\)/g;

/**
 * `PackageReference` of an MSBuild project. A plain version is the lowest allowed, which is what NuGet restores;
 * `[1.0.0]` is exact; ranges, floating versions and versions kept in other files are gaps. Conditions are not judged.
 */
export function readProject(text: string): Listing {
  const project = parseXml(text);
  if (project.name !== 'Project') throw new Malformed('not a project file');
  const properties = new Map(
    childrenOf(project, 'PropertyGroup').flatMap((group) =>
      group.children.map((property) => [property.name.toLowerCase(), property.text.trim()] as const),
    ),
  );
  const listing = new Listing();
  for (const reference of referencesIn(project)) addReference(reference, properties, listing);
  return listing;
}

/** packages.config, NuGet's format before project references. */
export function readPackagesConfig(text: string): Listing {
  const root = parseXml(text);
  if (root.name !== 'packages') throw new Malformed('not a packages.config');
  const listing = new Listing();
  for (const { attributes, line } of childrenOf(root, 'package')) {
    const development = attributes.get('developmentDependency') === 'true';
    const scope = development ? 'development' : 'required';
    listing.addIfPinned({
      type: 'nuget',
      name: attributes.get('id') ?? '',
      version: attributes.get('version'),
      line,
      scope,
    });
  }
  return listing;
}

/** In item groups, also those inside `Choose`. */
const referencesIn = (element: XmlElement): XmlElement[] =>
  element.children.flatMap((child) => (child.name === 'PackageReference' ? [child] : referencesIn(child)));

function addReference(reference: XmlElement, properties: ReadonlyMap<string, string>, listing: Listing): void {
  const metadata = (name: string) => reference.attributes.get(name) ?? childText(reference, name);
  const name = reference.attributes.get('Include');
  // `Update` and `Remove` change an item that is included elsewhere.
  if (name === undefined) return;
  const stated = metadata('VersionOverride') ?? metadata('Version');
  const scope = metadata('PrivateAssets')?.toLowerCase() === 'all' ? 'development' : 'required';
  listing.addIfPinned({ type: 'nuget', name, version: exact(stated, properties), line: reference.line, scope });
}

function exact(stated: string | undefined, properties: ReadonlyMap<string, string>): string | undefined {
  const version = stated?.replaceAll(PROPERTY, (whole, name: string) => properties.get(name.toLowerCase()) ?? whole);
  const only = /^\[([^,[\]()]+)\]$/.exec(version ?? '')?.[1] ?? version;
  return only === undefined || /[[\](),*$]/.test(only) ? undefined : only.trim();
}
