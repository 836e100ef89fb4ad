import { Malformed } from '../sbom/located.js';
import { readPom } from '../sbom/maven.js';
import { childOf, childrenOf, childText, parseXml, type XmlElement } from '../sbom/xml.js';
import { type Declaration, type Declarations, nameAndVersion } from './declaration.js';
import { listedIn } from './listed.js';

/** pom.xml. Of several licences a user may choose one (maven.apache.org/pom.html, licenses); a parent's are inherited. */
export function readPomLicenses(text: string): Declarations {
  const project = parseXml(text);
  if (project.name !== 'project') throw new Malformed('not a pom');
  return { own: declared(project), dependencies: [], silent: listedIn(readPom(text)) };
}

function declared(project: XmlElement): Declaration | undefined {
  const licenses = childOf(project, 'licenses');
  const stated = childrenOf(licenses, 'license').flatMap(
    (one) => childText(one, 'name') ?? childText(one, 'url') ?? [],
  );
  if (stated.length === 0 && childOf(project, 'parent') !== undefined) return undefined;
  const parent = childOf(project, 'parent');
  const part = (name: string) => childText(project, name) ?? childText(parent, name);
  const name = [part('groupId'), childText(project, 'artifactId')].filter((one) => one !== undefined).join(':');
  return { package: nameAndVersion(name, part('version')), stated, line: licenses?.line ?? project.line };
}
