import { parseJson } from '../sbom/json.js';
import { asMap, type LocatedMap, listAt, Malformed, mapAt, textAt, textOf } from '../sbom/located.js';
import { type Declaration, type Declarations, nameAndVersion, onlyOwn } from './declaration.js';

/** composer.lock (getcomposer.org, schema). Packages of kind `path` are the project's own. */
export function readComposerLock(text: string): Declarations {
  const root = asMap(parseJson(text), 'the document');
  if (!root.has('packages')) throw new Malformed('not a lockfile');
  const entries = ['packages', 'packages-dev'].flatMap((key) => listAt(root, key));
  const dependencies = entries.flatMap((node) => {
    const entry = asMap(node, 'a package');
    return textAt(mapAt(entry, 'dist'), 'type') === 'path' ? [] : [declared(entry, node.line)];
  });
  return { dependencies, silent: 0 };
}

/** composer.json. What it requires of the platform, such as `php` and `ext-json`, is no package. */
export function readComposerJson(text: string): Declarations {
  const root = asMap(parseJson(text), 'the document');
  const required = ['require', 'require-dev'].flatMap((key) => [...mapAt(root, key).keys()]);
  const silent = required.filter((name) => name.includes('/')).length;
  return { ...onlyOwn(root.has('name') || root.has('license') ? declared(root, 1) : undefined), silent };
}

/** Several licences are a choice (schema, license). */
function declared(entry: LocatedMap, line: number): Declaration {
  const license = entry.get('license');
  const texts = Array.isArray(license?.value) ? license.value.map(textOf) : [textOf(license)];
  return {
    package: nameAndVersion(textAt(entry, 'name'), textAt(entry, 'version')),
    stated: texts.flatMap((text) => (text === undefined || text.trim() === '' ? [] : [text])),
    line: entry.get('name')?.line ?? line,
    endLine: license?.line,
  };
}
