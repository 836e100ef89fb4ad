import { posix } from 'node:path';
import type { EmbeddedTool, Report, SourceFile } from '../lib/protocol.js';
import { readerFor } from './formats.js';
import type { Gap, Listing } from './listing.js';
import { Malformed } from './located.js';

/** Larger than any lockfile seen; parsing takes several times its size in memory. */
export const MAX_BYTES = 32 * 1024 * 1024;

/**
 * Lists packages from lockfiles. A file either gives components, or is *unread*; one that lists some of its packages
 * without saying exactly which is both. Not components: the project itself, its workspaces, and what it takes by
 * link, folder or local archive.
 */
export function sbomTool(): EmbeddedTool {
  const listings = new Map<string, Listing>();
  return {
    start: async () => {},
    scanFile: (file, report) => {
      const listing = read(file, report);
      if (listing) listings.set(file.path, listing);
    },
    finish: (report) => {
      for (const [path, listing] of listings) write(path, listing, listings, report);
    },
  };
}

function read(file: SourceFile, report: Report): Listing | undefined {
  const { path } = file;
  const reader = readerFor(path);
  if (!reader) return void report.unread({ path, reason: 'unsupported', detail: 'not the name of a lockfile' });
  if (file.size > MAX_BYTES)
    return void report.unread({ path, reason: 'too-large', detail: `over ${MAX_BYTES} bytes` });
  const text = file.text();
  if (text === undefined) return void report.unread({ path, reason: 'not-text', detail: 'not UTF-8 text' });
  try {
    return reader(text.replace(/^\uFEFF/, ''), path);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return void report.unread({ path, reason: 'unparsable', detail: error.message });
  }
}

/** After the last file, for some files say what others leave open. */
function write(path: string, listing: Listing, all: ReadonlyMap<string, Listing>, report: Report): void {
  const goMod = posix.basename(path) === 'go.sum' ? all.get(beside(path, 'go.mod')) : undefined;
  if (goMod?.complete) return;
  const known = new Set(goMod?.packages().map((found) => found.purl));
  for (const found of listing.packages()) {
    if (!known.has(found.purl)) report.component({ ...found, path });
  }
  const gaps = gapsOf(path, listing, all).map(([gap, n]) => `${n} ${n === 1 ? 'entry' : 'entries'} ${gap}`);
  if (gaps.length > 0) report.unread({ path, reason: 'unsupported', detail: gaps.join('; ') });
}

const beside = (path: string, name: string): string => posix.join(posix.dirname(path), name);

function gapsOf(path: string, listing: Listing, all: ReadonlyMap<string, Listing>): [Gap, number][] {
  const gaps = new Map(listing.gaps);
  const more = (gap: Gap, count: number) => gaps.set(gap, (gaps.get(gap) ?? 0) + count);
  more('without an exact version', unpinnedIn(path, listing, all));
  more('that name another file, which was not read', listing.includes.filter((other) => !all.has(other)).length);
  return [...gaps].filter(([, count]) => count > 0);
}

/** NuGet's lockfile tells the versions that its project leaves to a central file. */
function unpinnedIn(path: string, { unpinned }: Listing, all: ReadonlyMap<string, Listing>): number {
  const lock = /\.(?:cs|fs|vb)proj$/.test(path) ? all.get(beside(path, 'packages.lock.json')) : undefined;
  const locked = new Set(lock?.packages().map((found) => found.name.toLowerCase()));
  return unpinned.filter((name) => !locked.has(name.toLowerCase())).length;
}
