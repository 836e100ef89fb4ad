import { createHash } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Audit } from '../lib/audit.js';
import { canonicalJson } from '../lib/canonical.js';

/** One file of the evidence, as bundle.json indexes it. */
export interface IndexEntry {
  path: string;
  sha256: string;
  size: number;
  mediaType: string;
}

export const MEDIA = {
  json: 'application/json',
  jsonl: 'application/jsonl',
  sarif: 'application/sarif+json',
  cyclonedx: 'application/vnd.cyclonedx+json',
  spdx: 'application/spdx+json',
} as const;

/** Characters gathered before a write. */
const BUFFER = 1 << 16;

/** Writes the files of a bundle into a folder that nobody sees yet, and keeps the index of what it wrote. */
export function staging(folder: string, audit: Audit) {
  const index: IndexEntry[] = [];

  /** Writes text pieces as they come; hashes on the way; on disk before it resolves. */
  async function stream(
    path: string,
    mediaType: string,
    pieces: AsyncIterable<string> | Iterable<string>,
  ): Promise<void> {
    const written = await writeDurably(join(folder, path), pieces);
    index.push({ path, mediaType, ...written });
    audit.record({ kind: 'write', path, decision: 'allowed', class: 'evidence', actor: 'scanner' });
  }

  return {
    folder,
    stream,
    text: (path: string, mediaType: string, content: string) => stream(path, mediaType, [content]),
    /** A JSON document in its RFC 8785 form. */
    json: (path: string, value: unknown) => stream(path, MEDIA.json, [canonicalJson(value)]),
    index: (): IndexEntry[] => [...index].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)),
  };
}

export type Staging = ReturnType<typeof staging>;

/** Creates a file that must not exist, writes it and syncs it to disk. */
export async function writeDurably(path: string, pieces: AsyncIterable<string> | Iterable<string>) {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'wx', 0o644);
  try {
    const hash = createHash('sha256');
    let size = 0;
    let pending = '';
    const flush = async () => {
      const data = Buffer.from(pending);
      hash.update(data);
      size += data.length;
      pending = '';
      await file.writeFile(data);
    };
    for await (const piece of pieces) {
      pending += piece;
      if (pending.length > BUFFER) await flush();
    }
    await flush();
    await file.sync();
    return { sha256: hash.digest('hex'), size };
  } finally {
    await file.close();
  }
}
