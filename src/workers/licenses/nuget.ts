import { Malformed } from '../sbom/located.js';
import { readProject } from '../sbom/nuget-project.js';
import { childOf, childrenOf, childText, parseXml, type XmlElement } from '../sbom/xml.js';
import { type Declaration, type Declarations, nameAndVersion, onlyOwn } from './declaration.js';
import { listedIn } from './listed.js';

/** NuGet's own address of a licence: what it writes for readers that are older than the expression. */
const EXPRESSION_URL = /^https:\/\/licenses\.nuget\.org\/([^/?#]+)$/;

/** *.nuspec (learn.microsoft.com, nuspec, license). */
export function readNuspec(text: string): Declarations {
  const metadata = childOf(named(text, 'package'), 'metadata');
  const license = childOf(metadata, 'license');
  const url = EXPRESSION_URL.exec(childText(metadata, 'licenseUrl') ?? '')?.[1];
  const expression = license?.attributes.get('type') === 'expression' ? license.text.trim() : url && unescaped(url);
  return onlyOwn({
    package: nameAndVersion(childText(metadata, 'id'), childText(metadata, 'version')),
    stated: expression ? [expression] : [],
    line: (license ?? childOf(metadata, 'licenseUrl') ?? metadata)?.line ?? 1,
  });
}

/** MSBuild projects: `PackageLicenseExpression` of the package that is made of it. */
export function readProjectLicense(text: string): Declarations {
  const own = declared(named(text, 'Project'));
  return { own, dependencies: [], silent: listedIn(readProject(text)) };
}

function declared(project: XmlElement): Declaration | undefined {
  const properties = childrenOf(project, 'PropertyGroup').flatMap((group) => group.children);
  const property = (name: string) => properties.findLast((one) => one.name.toLowerCase() === name.toLowerCase());
  const license = property('PackageLicenseExpression');
  if (license === undefined) return undefined;
  const name = property('PackageId')?.text.trim() ?? 'The project';
  return {
    package: nameAndVersion(name, property('Version')?.text.trim()),
    stated: [license.text.trim()].filter((text) => text !== ''),
    line: license.line,
  };
}

function named(text: string, name: string): XmlElement {
  const root = parseXml(text);
  if (root.name !== name) throw new Malformed(`not a <${name}>`);
  return root;
}

function unescaped(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
