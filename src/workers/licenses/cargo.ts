import { asMap, isTrue, type LocatedMap, mapAt, textAt } from '../sbom/located.js';
import { parseToml } from '../sbom/toml.js';
import { type Declaration, type Declarations, nameAndVersion, onlyOwn } from './declaration.js';
import { lineOfKey } from './toml-line.js';

const GROUPS = ['dependencies', 'dev-dependencies', 'build-dependencies'];

/** Cargo.toml (doc.rust-lang.org/cargo, manifest). What a member inherits is stated by its workspace. */
export function readCargoToml(text: string): Declarations {
  const root = asMap(parseToml(text), 'the document');
  const shared = mapAt(mapAt(root, 'workspace'), 'package');
  const own = root.has('package')
    ? declared(mapAt(root, 'package'), text, 'package')
    : shared.has('license')
      ? declared(shared, text, 'workspace.package')
      : undefined;
  return { ...onlyOwn(own), silent: GROUPS.reduce((sum, group) => sum + mapAt(root, group).size, 0) };
}

function declared(table: LocatedMap, text: string, name: string): Declaration | undefined {
  const license = table.get('license')?.value;
  if (license instanceof Map && isTrue(license, 'workspace')) return undefined;
  // The slash is the older way to write a choice (manifest, license).
  const stated = textAt(table, 'license')?.replaceAll('/', ' OR ');
  return {
    package: nameAndVersion(textAt(table, 'name') ?? 'The workspace', textAt(table, 'version')),
    stated: stated === undefined || stated.trim() === '' ? [] : [stated],
    line: lineOfKey(text, name, stated === undefined ? 'name' : 'license'),
  };
}
