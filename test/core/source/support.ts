import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect } from 'vitest';
import type { AuditEvent } from '../../../src/core/lib/audit.js';
import type { Sandbox } from '../../../src/core/lib/sandbox/job.js';
import { openSandbox } from '../../../src/core/lib/sandbox/open.js';
import type { SnapshotLimits, SourcePorts } from '../../../src/core/source/jobs.js';
import type { Snapshot, SourceRequest } from '../../../src/core/source/snapshot.js';
import { takeSnapshot } from '../../../src/core/source/take.js';

export const LIMITS: SnapshotLimits = {
  maxFiles: 200_000,
  maxFileBytes: 64 * 2 ** 20,
  maxTotalBytes: 2 ** 30,
  maxDepth: 128,
  maxPathBytes: 4096,
  maxRatio: 200,
};

/** Folders and a built worker for the tests of one file. */
export function workshop() {
  const root = mkdtempSync(join(tmpdir(), 'source-test-'));
  const worker = join(root, 'worker');
  let sandbox: Sandbox;
  let count = 0;
  beforeAll(async () => {
    await buildWorker(worker);
    sandbox = await openSandbox({ minimum: 'namespaces', scratch: folder('sandbox') });
  });
  afterAll(() => rmSync(root, { recursive: true, force: true, maxRetries: 3 }));

  const folder = (name = `f${count++}`): string => {
    const path = join(root, name);
    mkdirSync(path, { recursive: true });
    return path;
  };
  const ports = (more: Partial<SourcePorts> = {}): SourcePorts & { events: AuditEvent[] } => {
    const events: AuditEvent[] = [];
    return {
      sandbox,
      audit: { record: (event) => void events.push(event) },
      worker,
      scratch: folder(`scratch${count++}`),
      limits: LIMITS,
      pathRules: [],
      signal: new AbortController().signal,
      ...more,
      events,
    };
  };
  const take = (source: SourceRequest | string, more: Partial<SourcePorts> = {}): Promise<Snapshot> =>
    takeSnapshot(typeof source === 'string' ? { kind: 'folder', path: source } : source, ports(more));
  return { root, folder, ports, take };
}

export async function buildWorker(folder: string): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(new URL('../../../bin/workers/snapshot.ts', import.meta.url))],
    outfile: join(folder, 'worker.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    logLevel: 'error',
    banner: { js: "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);" },
  });
}

/** Writes files, folders included. */
export function write(folder: string, files: Readonly<Record<string, string | Buffer>>): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

const ENV = {
  PATH: process.env['PATH'],
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@example.org',
  GIT_AUTHOR_DATE: '2024-01-02T03:04:05Z',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@example.org',
  GIT_COMMITTER_DATE: '2024-01-02T03:04:05Z',
};

export const git = (folder: string, ...args: string[]): string =>
  execFileSync('git', ['-c', 'init.defaultBranch=main', '-c', 'protocol.file.allow=always', ...args], {
    cwd: folder,
    env: ENV,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();

/** A repository with one commit of these files. */
export function repository(
  folder: string,
  files: Readonly<Record<string, string | Buffer>>,
  ...init: string[]
): string {
  write(folder, files);
  git(folder, 'init', '-q', ...init);
  git(folder, 'add', '-f', '.');
  git(folder, 'commit', '-qm', 'one');
  return folder;
}

/** How a source over one of its caps fails: incomplete evidence, with the cap that would have to be raised. */
export const overCap = (key: string, message: string) => ({
  name: 'Fault',
  code: 'snapshot',
  message: expect.stringContaining(message),
  remedy: expect.stringContaining(`source.${key} in the policy`),
});

export const paths = (snapshot: Snapshot): string[] => snapshot.entries.map(({ path }) => path);
export const reasons = (snapshot: Snapshot): string[] => snapshot.unread.map(({ path, reason }) => `${reason} ${path}`);
