import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { repairHistory } from '../../../src/core/history/repair.js';
import { verifyHistory } from '../../../src/core/history/verify.js';
import { generateKey } from '../../../src/core/lib/signing/keys.js';
import { bundled } from '../../support/child.js';
import type { RecorderOrder } from '../../support/recorder.js';
import { temporaryFolder } from '../../support/scan.js';
import { folderCopier, type Scans, scansOf } from './support.js';

const PRELOAD = resolve('test/support/kill-at.mjs');
const copy = folderCopier();
const runId = (n: number): string => `20260101T000000Z-${String(n).padStart(16, '0')}`;

let scans: Scans;
let recorder: string;
beforeAll(async () => {
  scans = await scansOf(['one\n', 'two\n']);
  recorder = await bundled('recorder', temporaryFolder());
});

/** Runs the recorder; `at` is the call that changes the disk at which it is killed. */
async function record(order: RecorderOrder, at?: number): Promise<'done' | 'killed'> {
  const env = { ...process.env, ...(at !== undefined && { KILL_AT: String(at) }) };
  const child = spawn(process.execPath, ['--import', PRELOAD, recorder, JSON.stringify(order)], { env, stdio: 'pipe' });
  const [code, signal, said] = await ending(child);
  if (signal === 'SIGKILL') return 'killed';
  expect([code, said]).toEqual([0, '']);
  return 'done';
}

function ending(child: ChildProcess): Promise<[number | null, NodeJS.Signals | null, string]> {
  let said = '';
  child.stderr?.on('data', (chunk) => {
    said += chunk;
  });
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (code, signal) => done([code, signal, said]));
  });
}

/** Kills at one call after the other, until one comes through; gives the number of calls. */
async function killEverywhere(
  first: number,
  make: (at: number) => RecorderOrder,
  check: (at: number) => Promise<void>,
): Promise<number> {
  for (let at = first; ; at += 1) {
    if ((await record(make(at), at)) === 'done') return at - 1;
    await check(at);
  }
}

const bundleOf = (i: number): string => scans.results[i]?.bundle.id ?? '';

describe('kill -9 at every write', () => {
  it.each<[string, number, () => string]>([
    ['of the first run of an export folder', 1, () => temporaryFolder()],
    // Up to here, where publishing begins, all is as above.
    ['of a run whose evidence stands there already', 20, () => copy(scans.exportDir)],
  ])(
    '%s leaves a history that holds',
    async (_, first, makeFolder) => {
      let [exportDir, torn] = ['', 0];
      const id = bundleOf(0);
      const verdict = scans.results[0]?.evidence.verdict.verdict ?? 'error';
      const order = (n: number): RecorderOrder => {
        const evidence = join(scans.exportDir, id);
        return { what: 'run', exportDir, evidence, runId: runId(n), id, verdict };
      };
      const kills = await killEverywhere(
        first,
        (at) => {
          exportDir = makeFolder();
          return order(at);
        },
        async (at) => {
          const after = await verifyHistory(exportDir);
          expect([at, after.problems]).toEqual([at, []]);
          expect(after.unfinished.map(({ run }) => run).filter((run) => run !== runId(at))).toEqual([]);
          torn += after.unfinished.filter(({ log }) => log?.whole === false).length;
          // Every tenth time: the next run works, and a repair leaves nothing to tell but a log that nobody continued.
          if (at % 10 !== 0) return;
          expect(await record(order(1000 + at))).toBe('done');
          const { problems } = await repairHistory(exportDir, false);
          const then = await verifyHistory(exportDir);
          expect([at, problems, then.intact, then.lacking, then.temporaries]).toEqual([at, [], true, [], []]);
          expect(then.runs.intact).toBe(then.runs.named);
        },
      );
      expect(kills).toBeGreaterThan(30);
      // The three entries of the log.
      expect(torn).toBe(first === 1 ? 3 : 0);
    },
    300_000,
  );

  it('of an approval leaves one that can be made again', async () => {
    let exportDir = '';
    const pem = generateKey('ed25519').secret.export({ type: 'pkcs8', format: 'pem' }).toString();
    const order = (): RecorderOrder => ({ what: 'approve', exportDir, id: bundleOf(0), pem });
    const kills = await killEverywhere(
      1,
      () => {
        exportDir = copy(scans.exportDir);
        return order();
      },
      async (at) => {
        expect(await record(order())).toBe('done');
        const { intact, approvals, problems } = await verifyHistory(exportDir);
        expect([at, problems, intact, approvals]).toEqual([at, [], true, { named: 1, intact: 1 }]);
      },
    );
    expect(kills).toBeGreaterThan(10);
  }, 300_000);
});

describe('several processes that add at the same time', () => {
  it('leave one chain with everything', async () => {
    const exportDir = temporaryFolder();
    const ids = Array.from({ length: 12 }, (_, i) => `b${i}`);
    for (const [i, id] of ids.entries()) {
      mkdirSync(join(exportDir, id));
      cpSync(join(scans.exportDir, bundleOf(i % 2)), join(exportDir, id), { recursive: true });
    }
    const shares = [0, 1, 2, 3].map((n) => ids.filter((_, i) => i % 4 === n || i % 3 === 0));
    const ended = shares.map((share) => record({ what: 'add', exportDir, ids: share }));
    expect(await Promise.all(ended)).toEqual(['done', 'done', 'done', 'done']);
    const { intact, runs, lacking, temporaries } = await verifyHistory(exportDir);
    expect([intact, runs.named, runs.intact, lacking, temporaries]).toEqual([true, 12, 12, [], []]);
    expect(readdirSync(join(exportDir, 'history')).length).toBeGreaterThanOrEqual(12);
  });
});
