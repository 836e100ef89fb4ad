import { closeSync, openSync, writeSync } from 'node:fs';
import { compareText, escapePath } from '../../core/source/names.js';
import type { EndLine, EntryLine, IndexLine, RefusedLine, UnreadLine } from '../../core/source/protocol.js';
import type { Collection, Taken } from './collect.js';

/** Lines handed to one write(2). */
const BATCH = 500;

/** Writes the whole index, sorted; `last` says how the snapshot ended. */
export function writeIndex(path: string, lines: Iterable<IndexLine>, last: EndLine | RefusedLine): void {
  const fd = openSync(path, 'wx', 0o444);
  try {
    let pending: string[] = [];
    for (const line of [...lines, last]) {
      pending.push(`${JSON.stringify(line)}\n`);
      if (pending.length >= BATCH || line === last) {
        writeWhole(fd, Buffer.from(pending.join('')));
        pending = [];
      }
    }
  } finally {
    closeSync(fd);
  }
}

function writeWhole(fd: number, data: Buffer): void {
  for (let done = 0; done < data.length; ) done += writeSync(fd, data, done);
}

/** The collection as lines in canonical order, and the line that ends them. */
export function indexOf(into: Collection, tree: string | undefined): { lines: IndexLine[]; end: EndLine } {
  const entries = into.taken.map(entryLine).sort((a, b) => compareText(a.path, b.path));
  const unread = into.unread.toSorted(compareUnread);
  const excluded = [...into.excluded.values()].sort((a, b) => (a.rule < b.rule ? -1 : 1));
  const end: EndLine = {
    type: 'end',
    entries: entries.length,
    unread: unread.length,
    bytes: into.caps.bytes,
    ignored: into.ignored,
    ...(tree === undefined ? {} : { tree }),
  };
  return { lines: [...entries, ...unread, ...excluded.map((line) => ({ type: 'excluded' as const, ...line }))], end };
}

const entryLine = ({ path, at, size, sha256, gitBlob, mode, class: kind, tracked, leadsTo }: Taken): EntryLine => ({
  type: 'entry',
  path: escapePath(path),
  at,
  size,
  sha256,
  gitBlob,
  mode,
  class: kind,
  tracked,
  ...(leadsTo === undefined ? {} : { leadsTo: leadsTo === '' ? '' : escapePath(leadsTo) }),
});

const compareUnread = (a: UnreadLine, b: UnreadLine): number =>
  compareText(a.path, b.path) || compareText(a.reason, b.reason) || compareText(a.detail, b.detail);
