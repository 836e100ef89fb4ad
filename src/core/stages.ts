import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ScanAdmission } from './admission.js';
import { stepRecorder } from './decisions.js';
import { readReport } from './findings/read-report.js';
import type { Catalog } from './plan/catalog.js';
import { snapshotLimits, snapshotRules } from './plan/snapshot-rules.js';
import type { OpenRun, ScanPorts } from './run.js';
import { cancelReason } from './runtime/cancel.js';
import type { StepRun } from './runtime/context.js';
import type { Handed } from './runtime/input.js';
import { runPlan } from './runtime/run.js';
import type { ScanRequest } from './scan-request.js';
import { type History, takeHistory } from './source/history.js';
import type { Snapshot, SourceRequest } from './source/snapshot.js';
import { takeSnapshot } from './source/take.js';
import { treeDigest } from './source/tree-digest.js';

/** What every stage of one run is given. */
export interface Context {
  request: ScanRequest;
  catalog: Catalog;
  admission: ScanAdmission;
  run: OpenRun;
  ports: ScanPorts;
  /** Path of the export folder inside the source. */
  inside: string | undefined;
}

/** Copies the source as it is now; steps never see the live tree. A run that is cancelled meanwhile has an unread source. */
export async function take(
  source: SourceRequest,
  name: string,
  { admission, run, inside }: Context,
): Promise<Snapshot> {
  run.say({ type: 'snapshot', state: 'started' });
  const { sandbox, audit, signal } = run;
  const scratch = join(run.work, name);
  await mkdir(scratch);
  const worker = await run.workers.folderOf('snapshot');
  const limits = snapshotLimits(admission.plan);
  const pathRules = snapshotRules(admission.plan);
  const ports = { sandbox, audit, worker, scratch, limits, pathRules, signal, outputFolder: inside };
  const snapshot = await takeSnapshot(source, ports).catch((error: unknown) => {
    if (signal.aborted) return notRead(signal, scratch);
    throw error;
  });
  const bytes = snapshot.entries.reduce((sum, entry) => sum + entry.size, 0);
  run.say({ type: 'snapshot', state: 'done', files: snapshot.entries.length, bytes, unread: snapshot.unread.length });
  return snapshot;
}

/** What a run knows of a source that it was cancelled over: that it is not the empty one, but an unread one. */
function notRead(signal: AbortSignal, folder: string): Snapshot {
  const unread = [{ path: '.', reason: 'unreadable' as const, detail: cancelReason(signal) }];
  const digest = treeDigest([], unread);
  const subject = { kind: 'tree' as const, digest };
  return { folder, entries: [], unread, excluded: [], ignored: 0, treeDigest: digest, subject, dirty: false };
}

/** Runs the plan's steps over a snapshot. */
export function execute(
  snapshot: Snapshot,
  handed: Handed,
  name: string,
  { request, catalog, admission, run }: Context,
): Promise<StepRun[]> {
  const record = stepRecorder(run.audit);
  return runPlan(admission.plan, {
    snapshot,
    handed,
    catalog,
    workers: run.workers,
    sandbox: run.sandbox,
    audit: run.audit,
    scratch: join(run.work, name),
    binaries: binariesOf(admission),
    assets: request.privacyAssets === undefined ? {} : { privacy: resolve(request.privacyAssets) },
    history: once(() => historyOf(snapshot, `${name}-history`, { admission, run })),
    signal: run.signal,
    jobs: request.jobs,
    readReport,
    onStep: (event) => {
      record(event);
      run.say({ type: 'step', ...event });
    },
  });
}

/** A copy of the history in a folder of its own. Its jobs end with the run. */
async function historyOf(
  snapshot: Snapshot,
  name: string,
  { admission, run }: Pick<Context, 'admission' | 'run'>,
): Promise<History> {
  const { sandbox, audit, signal } = run;
  const scratch = join(run.work, name);
  await mkdir(scratch);
  return await takeHistory(snapshot, { sandbox, audit, signal, scratch, limits: snapshotLimits(admission.plan) });
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

const binariesOf = ({ policy }: ScanAdmission): Record<string, string> =>
  Object.fromEntries(Object.entries(policy.toolchain.binaries).map(([tool, { path }]) => [tool, path]));
