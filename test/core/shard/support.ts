import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { canonicalJson } from '../../../src/core/lib/canonical.js';
import { sha256 } from '../../../src/core/lib/digest.js';
import { type MergeRequest, merge } from '../../../src/core/merge.js';
import type { Catalog } from '../../../src/core/plan/catalog.js';
import type { ScanEvent } from '../../../src/core/run.js';
import type { ScanResult } from '../../../src/core/scan.js';
import type { ScanRequest } from '../../../src/core/scan-request.js';
import { mediaTypeOf } from '../../../src/core/shard/documents.js';
import { type ShardResult, scanShard } from '../../../src/core/shard-scan.js';
import { filesIn } from '../../support/bundle.js';
import { ruleLine } from '../../support/reports.js';

/** A worker that judges file by file: BAD is a finding, ODD an unread file, CRASH ends it. */
export const BY_FILE = `
import { readFileSync, writeFileSync } from 'node:fs';
const lines = [${JSON.stringify(ruleLine())}, ${JSON.stringify(ruleLine({ id: 'R2', name: 'R2', severity: 'low' }))}];
const files = readFileSync('/in/files.jsonl', 'utf8').split('\\n').filter(Boolean).map((line) => JSON.parse(line));
for (const { path, at } of files) {
  readFileSync('/src/' + at, 'utf8').split('\\n').forEach((text, i) => {
    if (text.includes('CRASH')) process.exit(7);
    if (text.includes('BAD')) lines.push({ type: 'finding', rule: 'R1', path, startLine: i + 1, message: 'bad' });
    if (text.includes('POOR')) lines.push({ type: 'finding', rule: 'R2', path, startLine: i + 1, message: 'poor' });
    if (text.includes('ODD')) lines.push({ type: 'unread', path, reason: 'unparsable', detail: 'line ' + i });
    if (text.includes('WAIT')) for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
  });
}
lines.push({ type: 'end', files: files.length, findings: lines.filter(({ type }) => type === 'finding').length });
writeFileSync('/out/report.jsonl', lines.map((line) => JSON.stringify(line) + '\\n').join(''));
`;

export interface PortsOf {
  signal?: AbortSignal;
  onEvent?: (event: ScanEvent) => void;
}

const ports = ({ signal = new AbortController().signal, onEvent = () => {} }: PortsOf) => ({
  clock: () => new Date(),
  signal,
  onEvent,
});

export const shardOf = (
  catalog: Catalog,
  request: ScanRequest,
  index: number,
  of: number,
  given: PortsOf = {},
): Promise<ShardResult> => scanShard(request, { index, of }, catalog, ports(given));

/** The folders of all shards of a scan. */
export async function shardsOf(catalog: Catalog, request: ScanRequest, of: number): Promise<string[]> {
  const folders: string[] = [];
  for (let index = 1; index <= of; index += 1) folders.push((await shardOf(catalog, request, index, of)).folder);
  return folders;
}

export const mergeWith = (catalog: Catalog, request: MergeRequest, given: PortsOf = {}): Promise<ScanResult> =>
  merge(request, catalog, ports(given));

/** What of a bundle is evidence, by path its SHA-256. */
export const evidenceIn = (folder: string): Map<string, string> =>
  new Map(
    [...filesIn(folder)].filter(([path]) => !path.startsWith('runs/')).map(([path, data]) => [path, sha256(data)]),
  );

/** A copy of a shard, to be changed. */
export function copyOf(shard: string, to: string): string {
  cpSync(shard, to, { recursive: true });
  return to;
}

interface Index {
  files: { path: string; sha256: string; size: number; mediaType: string }[];
  [member: string]: unknown;
}

export const readIndex = (shard: string): Index => JSON.parse(readFileSync(join(shard, 'shard.json'), 'utf8'));

export const writeIndex = (shard: string, index: object): void =>
  writeFileSync(join(shard, 'shard.json'), canonicalJson(index));

/** Writes a file of a shard and tells its index: what someone does who knows how shards are made. */
export function forge(shard: string, path: string, content: string): void {
  mkdirSync(dirname(join(shard, path)), { recursive: true });
  writeFileSync(join(shard, path), content);
  const index = readIndex(shard);
  const entry = { path, sha256: sha256(content), size: Buffer.byteLength(content), mediaType: mediaTypeOf(path) };
  const others = index.files.filter((file) => file.path !== path);
  const files = [...others, entry].sort((a, b) => (a.path < b.path ? -1 : 1));
  writeIndex(shard, { ...index, files });
}

/** Changes a JSON document of a shard, and its index with it. */
export function forgeJson(shard: string, path: string, change: (value: Record<string, unknown>) => object): void {
  forge(shard, path, canonicalJson(change(JSON.parse(readFileSync(join(shard, path), 'utf8')))));
}
