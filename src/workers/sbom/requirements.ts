import { posix } from 'node:path';
import { fromOnlyFile } from './hashes.js';
import { Listing } from './listing.js';
import { vcsSource } from './vcs.js';

interface Logical {
  text: string;
  line: number;
}

/** Name, extras, and what follows (PEP 508). */
const REQUIREMENT = /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*(.*)$/;
const PINNED = /^\(?\s*===?\s*([A-Za-z0-9!+._-]+)\s*\)?$/;
const HASH = /\s--hash[= ](\w+:[0-9a-fA-F]+)/g;
const INCLUDE = /^(?:-r|--requirement)(?:\s+|=)?(.+)$/;
const EDITABLE = /^(?:-e|--editable)(?:\s+|=)(.+)$/;
const LOCAL = /^(?:\.{0,2}\/|\.{1,2}$|file:|[\w./-]+\.(?:whl|zip|tar\.gz)$)/;

/**
 * pip's requirements file (pip.pypa.io, requirements file format). Only `==` and `===` pin a version; anything else
 * is a gap. Local paths are the project's own; constraints (`-c`) and index options install nothing.
 */
export function readRequirements(text: string, path: string): Listing {
  const listing = new Listing();
  for (const logical of logicalLines(text)) addLine(logical, path, listing);
  return listing;
}

/** Comments go first, then lines that end in a backslash are joined, as pip does. */
function logicalLines(text: string): Logical[] {
  const result: Logical[] = [];
  let open: Logical | undefined;
  text.split(/\r\n|\r|\n/).forEach((raw, index) => {
    const line = raw.replace(/(?:^|\s)#.*$/, '');
    const continues = line.endsWith('\\');
    const part = continues ? line.slice(0, -1) : line;
    const logical = open ?? { text: '', line: index + 1 };
    logical.text += part;
    open = continues ? logical : undefined;
    if (!continues) result.push(logical);
  });
  if (open) result.push(open);
  return result.map(({ text: t, line }) => ({ text: t.trim(), line })).filter((logical) => logical.text !== '');
}

function addLine({ text, line }: Logical, path: string, listing: Listing): void {
  const included = INCLUDE.exec(text)?.[1];
  if (included !== undefined) {
    listing.includes.push(posix.join(posix.dirname(path), included.trim()));
    return;
  }
  const wanted = EDITABLE.exec(text)?.[1]?.trim() ?? text;
  if (wanted.startsWith('-') || LOCAL.test(wanted)) return;
  const hashes = [...wanted.matchAll(HASH)].map(([, hash]) => hash ?? '');
  const bare = wanted.replace(/\s--?[a-z].*$/, '');
  if (/^git\+/.test(bare)) addRepository(/[#&]egg=([\w.-]+)/.exec(bare)?.[1], bare, line, listing);
  else addRequirement(bare, line, hashes, listing);
}

function addRequirement(bare: string, line: number, hashes: string[], listing: Listing): void {
  const [, name, rest = ''] = REQUIREMENT.exec(bare) ?? [];
  if (name === undefined) {
    listing.gap('that cannot be read');
    return;
  }
  if (/^@\s*git\+/.test(rest)) {
    addRepository(name, rest.slice(1).trim(), line, listing);
    return;
  }
  if (/^@\s*file:/.test(rest)) return;
  if (!/^(?:$|[(@;<>=!~])/.test(rest)) {
    listing.gap('that cannot be read');
    return;
  }
  // Several clauses may stand together; one of them pins, and `==1.*` does not.
  const clauses = rest.split(';')[0]?.split(',') ?? [];
  const version = clauses.map((clause) => PINNED.exec(clause.trim())?.[1]).find((pinned) => pinned !== undefined);
  listing.addIfPinned({ type: 'pypi', name, version, line, hashes: fromOnlyFile(hashes) });
}

/** `git+https://host/repo@<commit>#egg=name`; a branch or tag is no exact version. */
function addRepository(name: string | undefined, location: string, line: number, listing: Listing): void {
  const [, url = '', commit] = /^([^#;]*?)(?:@([0-9a-f]{40}))?(?:[#;\s].*)?$/.exec(location) ?? [];
  const source = commit === undefined ? undefined : vcsSource(url, commit);
  if (name === undefined || !source) {
    listing.unpinned.push(name ?? '');
    return;
  }
  listing.add({ type: 'pypi', name, version: source.commit, qualifiers: { vcs_url: source.url }, line });
}
