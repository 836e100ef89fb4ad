import { fromHex, fromIntegrity } from './hashes.js';
import { Listing } from './listing.js';
import { asMap, Malformed, mapAt, textAt, textOf } from './located.js';
import { isGitLocation, vcsSource } from './vcs.js';
import { parseYaml } from './yaml.js';
import { parseYarnV1 } from './yarn-v1.js';

const LOCAL_V1 = /^(?:file|link):|^\.{0,2}\//;
const LOCAL_BERRY = /^(?:workspace|link|portal|file|exec):/;

/** yarn.lock: the format of Yarn 1, or the YAML of Yarn 2 and later, told apart by `__metadata`. Neither states scopes. */
export function readYarn(text: string): Listing {
  return /^__metadata:/m.test(text) ? readBerry(text) : readClassic(text);
}

/** `@scope/name@range` → name and range. */
function parted(descriptor: string): { name: string; range: string } {
  const at = descriptor.indexOf('@', 1);
  return at < 0 ? { name: descriptor, range: '' } : { name: descriptor.slice(0, at), range: descriptor.slice(at + 1) };
}

function readClassic(text: string): Listing {
  const listing = new Listing();
  for (const { descriptors, line, fields, dependencies } of parseYarnV1(text)) {
    const { name, range } = parted(descriptors[0] ?? '');
    if (LOCAL_V1.test(range)) continue;
    const resolved = fields.get('resolved') ?? '';
    const source = isGitLocation(resolved) ? vcsSource(resolved) : undefined;
    const integrity = fields.get('integrity');
    // Before integrity there was a SHA-1 behind the archive's location.
    const sha1 = source ? undefined : /#([0-9a-f]{40})$/.exec(resolved)?.[1];
    listing.addIfPinned({
      type: 'npm',
      name: range.startsWith('npm:') ? parted(range.slice('npm:'.length)).name : name,
      version: fields.get('version'),
      ...(source && { qualifiers: { vcs_url: source.url } }),
      line,
      hashes: integrity === undefined ? fromHex('sha1', sha1) : fromIntegrity(integrity),
      keys: descriptors,
      needs: dependencies.map(([needed, wanted]) => `${needed}@${wanted}`),
    });
  }
  return listing;
}

/** `checksum` there is of Yarn's own cache archive, not of the published package, so it is no component hash. */
function readBerry(text: string): Listing {
  const listing = new Listing();
  const root = asMap(parseYaml(text), 'the document');
  if (!root.has('__metadata')) throw new Malformed('not a lockfile');
  for (const [key, node] of root) {
    if (key === '__metadata') continue;
    const entry = asMap(node, 'a package');
    const { name, range } = parted(textAt(entry, 'resolution') ?? '');
    if (LOCAL_BERRY.test(range)) continue;
    const source = isGitLocation(range) || /#commit=/.test(range) ? vcsSource(range) : undefined;
    const needs = [...mapAt(entry, 'dependencies')].map(([needed, wanted]) => descriptor(needed, textOf(wanted) ?? ''));
    listing.addIfPinned({
      type: 'npm',
      name,
      version: textAt(entry, 'version'),
      ...(source && { qualifiers: { vcs_url: source.url } }),
      line: node.line,
      keys: key.split(/,\s*/),
      needs,
    });
  }
  return listing;
}

/** Before Yarn 4 the `npm:` of a range is in the keys but not in the dependencies. */
const descriptor = (name: string, range: string): string =>
  /^[a-z+]+:/.test(range) ? `${name}@${range}` : `${name}@npm:${range}`;
