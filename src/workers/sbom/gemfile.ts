import { fromHex } from './hashes.js';
import { Listing, type Stated } from './listing.js';
import { Malformed } from './located.js';
import { vcsSource } from './vcs.js';

const SECTION = /^[A-Z][A-Z ]+$/;
const SPEC = /^ {4}(\S+) \(([^()\s]+)\)$/;
const NEED = /^ {6}([^\s!]+)/;
const OPTION = /^ {2}(remote|revision): (.+)$/;
const CHECKSUM = /^ {2}(\S+) \(([^()\s]+)\) sha256=([0-9a-f]{64})$/;

type Spec = Stated & { keys: string[]; needs: string[] };

/** Gemfile.lock: GEM and GIT sections; those of PATH are the project's own (bundler.io). Groups are not in the file. */
export function readGemfile(text: string): Listing {
  const lines = text.split(/\r?\n/);
  if (!lines.some((line) => ['GEM', 'GIT', 'PATH', 'DEPENDENCIES'].includes(line)))
    throw new Malformed('not a lockfile');
  const checksums = new Map(lines.flatMap((line) => checksumOf(line) ?? []));
  const specs: Spec[] = [];
  let section = '';
  let source = new Map<string, string>();
  lines.forEach((line, index) => {
    if (line !== '' && !line.startsWith(' ')) {
      if (!SECTION.test(line)) throw new Malformed('not a lockfile');
      section = line;
      source = new Map();
    } else if (section === 'GEM' || section === 'GIT') {
      readEntry(line, index + 1, { source, checksums, specs });
    }
  });
  const listing = new Listing();
  for (const spec of specs) listing.add(spec);
  return listing;
}

interface Context {
  source: Map<string, string>;
  checksums: ReadonlyMap<string, string>;
  specs: Spec[];
}

function readEntry(line: string, number: number, { source, checksums, specs }: Context): void {
  const [, option, value] = OPTION.exec(line) ?? [];
  if (option !== undefined && value !== undefined) source.set(option, value);
  const [, name, locked] = SPEC.exec(line) ?? [];
  if (name !== undefined && locked !== undefined) {
    specs.push(specOf(name, locked, number, source, checksums.get(`${name} ${locked}`)));
    return;
  }
  const needed = NEED.exec(line)?.[1];
  if (needed !== undefined) specs[specs.length - 1]?.needs.push(needed);
  else if (line.startsWith('    ')) throw new Malformed('not a lockfile');
}

/** `1.15.0-x86_64-linux`: a gem's version holds no dash, what follows one is its platform. */
function specOf(name: string, locked: string, line: number, source: Map<string, string>, checksum?: string): Spec {
  const dash = locked.indexOf('-');
  const git = source.has('revision') ? vcsSource(source.get('remote') ?? '', source.get('revision')) : undefined;
  return {
    type: 'gem',
    name,
    version: dash < 0 ? locked : locked.slice(0, dash),
    qualifiers: { ...(dash >= 0 && { platform: locked.slice(dash + 1) }), ...(git && { vcs_url: git.url }) },
    line,
    hashes: fromHex('sha256', checksum),
    keys: [name],
    needs: [],
  };
}

function checksumOf(line: string): [[string, string]] | undefined {
  const [, name, version, digest] = CHECKSUM.exec(line) ?? [];
  return digest === undefined ? undefined : [[`${name} ${version}`, digest]];
}
