import { posix } from 'node:path';
import type { EmbeddedTool, Report, SourceFile, UnreadLine } from '../lib/protocol.js';
import { readerFor } from './formats.js';
import type { Gap, Listing, Package } from './listing.js';
import { Malformed } from './located.js';
import { whyUnread } from './unread-formats.js';

/** Several times the largest lockfiles seen; JSON takes about 14 bytes of memory for each byte. */
export const MAX_BYTES = 16 * 1024 * 1024;

/** A file that was read: what it lists, and what that leaves open. */
interface Lockfile {
  packages: readonly Package[];
  listing: Listing;
}

type Lockfiles = ReadonlyMap<string, Lockfile>;

/**
 * Lists packages from lockfiles. A file either gives components, or is *unread*; one that lists some of its packages
 * without saying exactly which is both. Not components: the project itself, its workspaces, and what it takes by
 * link, folder or local archive. Everything is written at the end, for some files say what others leave open.
 */
export function sbomTool(): EmbeddedTool {
  const lockfiles = new Map<string, Lockfile>();
  return {
    start: async () => {},
    scanFile: (file, report) => {
      const result = read(file);
      if ('reason' in result) report.unread({ path: file.path, ...result });
      else lockfiles.set(file.path, result);
    },
    finish: (report) => {
      for (const [path, lockfile] of lockfiles) write(path, lockfile, lockfiles, report);
    },
  };
}

function read(file: SourceFile): Lockfile | Pick<UnreadLine, 'reason' | 'detail'> {
  const reader = readerFor(file.path);
  if (!reader) return { reason: 'unsupported', detail: whyUnread(file.path) };
  if (file.size > MAX_BYTES) return { reason: 'too-large', detail: `over ${MAX_BYTES} bytes` };
  const text = file.text();
  if (text === undefined) return { reason: 'not-text', detail: 'not UTF-8 text' };
  try {
    const listing = reader(text.replace(/^\uFEFF/, ''), file.path);
    return { packages: listing.packages(), listing };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { reason: 'unparsable', detail: error.message };
  }
}

function write(path: string, { packages, listing }: Lockfile, all: Lockfiles, report: Report): void {
  const goMod = posix.basename(path) === 'go.sum' ? all.get(beside(path, 'go.mod')) : undefined;
  if (goMod?.listing.complete) return;
  const known = new Set(goMod?.packages.map((found) => found.purl));
  for (const found of packages) {
    if (!known.has(found.purl)) report.component({ ...found, path });
  }
  const gaps = gapsOf(path, listing, all).map(([gap, n]) => `${n} ${n === 1 ? 'entry' : 'entries'} ${gap}`);
  if (gaps.length > 0) report.unread({ path, reason: 'unpinned', detail: gaps.join('; ') });
}

const beside = (path: string, name: string): string => posix.join(posix.dirname(path), name);

function gapsOf(path: string, listing: Listing, all: Lockfiles): [Gap, number][] {
  const counts: [Gap, number][] = [
    ['without an exact version', unpinnedIn(path, listing, all)],
    ...listing.gaps,
    ['naming another file, which was not read', listing.includes.filter((other) => !all.has(other)).length],
  ];
  return counts.filter(([, count]) => count > 0);
}

/** NuGet's lockfile tells the versions that its project leaves to a central file. */
function unpinnedIn(path: string, { unpinned }: Listing, all: Lockfiles): number {
  const lock = /\.(?:cs|fs|vb)proj$/.test(path) ? all.get(beside(path, 'packages.lock.json')) : undefined;
  const locked = new Set(lock?.packages.map((found) => found.name.toLowerCase()));
  return unpinned.filter((name) => !locked.has(name.toLowerCase())).length;
}
