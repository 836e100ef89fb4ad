import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { closeIncomplete, findRemains, openIncomplete, type Remains, workFolder } from './bundle/incomplete.js';
import { openAuditLog } from './bundle/run-record.js';
import { type Staging, staging } from './bundle/staging.js';
import { recordAdmission, recordCancel } from './decisions.js';
import { Refusal } from './lib/errors.js';
import { SANDBOX_LEVELS, type Sandbox, type SandboxLevel } from './lib/sandbox/job.js';
import { openSandbox } from './lib/sandbox/open.js';
import type { Catalog } from './plan/catalog.js';
import type { Plan } from './plan/plan.js';
import { RunCeiling } from './runtime/cancel.js';
import type { OpenSandbox, WantedSandbox } from './runtime/dagger/runtime.js';
import type { StepEvent } from './runtime/run.js';
import { type Workers, workersIn } from './runtime/stage.js';
import type { ScanRequest } from './scan-request.js';
import { removeTree } from './source/remove-tree.js';
import { parseSource } from './source/request.js';
import type { Verdict } from './verdict/judge.js';

/** What a scan tells those who watch it. */
export type ScanEvent =
  | { type: 'remains'; remains: readonly Remains[] }
  | { type: 'sandbox'; level: Sandbox['level'] }
  | { type: 'snapshot'; state: 'started' | 'done'; files?: number; bytes?: number; unread?: number }
  | ({ type: 'step' } & StepEvent)
  | { type: 'verdict'; verdict: Verdict };

/** What a scan needs from outside. */
export interface ScanPorts {
  clock: () => Date;
  signal: AbortSignal;
  onEvent: (event: ScanEvent) => void;
  /** Where jobs run; this host's own sandbox when absent. */
  openSandbox?: OpenSandbox;
}

/** A run that has begun: its folders and its log. */
export interface RunLog {
  id: string;
  started: Date;
  /** Host folder for copies of the source and what steps leave; gone when the run is closed. */
  work: string;
  /** Host folder under `.incomplete/` that the next run reports if this one is killed. */
  incomplete: string;
  staging: Staging;
  audit: ReturnType<typeof openAuditLog>;
  /** Path of the run record inside the bundle. */
  record: string;
  /** Cancelled by the caller, or by the ceiling on the run's time. */
  signal: AbortSignal;
  /** Everything that was said, with its time, for the run record. */
  events: object[];
  say: (event: ScanEvent) => void;
}

/** A run with the sandbox that its steps run in, and the workers that do. */
export interface OpenRun extends RunLog {
  sandbox: Sandbox;
  workers: Workers;
}

/** Opens folders, audit log and sandbox. Throws `Refusal` when the host cannot isolate as the policy demands. */
export async function openRun(plan: Plan, request: ScanRequest, catalog: Catalog, ports: ScanPorts): Promise<OpenRun> {
  const log = await openLog(plan, request, ports);
  const workers = workersIn(join(log.work, 'workers'), catalog, !request.unsandboxed);
  // Copied and hashed while the sandbox is tried and the source is read.
  workers.begin(['snapshot', 'reader', ...workersOf(plan)]);
  try {
    const sandbox = await sandboxFor(plan, request, log.work, ports.openSandbox ?? openSandbox);
    recordAdmission(log.audit, plan, sandbox, request);
    log.say({ type: 'sandbox', level: sandbox.level });
    return { ...log, sandbox, workers };
  } catch (error) {
    log.audit.close();
    await closeRun({ ...log, workers });
    throw error;
  }
}

const workersOf = ({ steps }: Plan): string[] =>
  steps.flatMap(({ program }) => (program.from === 'worker' ? [program.worker] : []));

/** Opens folders and audit log. */
export async function openLog(plan: Plan, request: ScanRequest, ports: ScanPorts): Promise<RunLog> {
  const started = ports.clock();
  const id = `${started.toISOString().replace(/[-:]|\.\d+/g, '')}-${randomBytes(8).toString('hex')}`;
  const work = workFolder(id);
  await mkdir(request.exportDir, { recursive: true });
  const remains = await findRemains(request.exportDir);
  // The note that names the work folder stands before the folder does, so that a run killed at any moment can be cleared.
  const incomplete = await openIncomplete(request.exportDir, id, started.toISOString());
  try {
    await mkdir(work, { mode: 0o700 });
    const signal = ceilingSignal(plan, ports.signal);
    const run = { id, started, work, incomplete, signal };
    return { ...run, ...recordOf(id, incomplete, signal, ports), ...announce(remains, ports) };
  } catch (error) {
    await closeRun({ work, incomplete });
    throw error;
  }
}

async function sandboxFor(plan: Plan, request: ScanRequest, work: string, open: OpenSandbox): Promise<Sandbox> {
  const sandbox = await (request.unsandboxed
    ? openSandbox({ scratch: work, force: 'none' })
    : open({ scratch: work, minimum: minimumLevel(plan), ...inputsOf(request) }));
  refuseUnenforced(plan, sandbox.enforcement);
  return sandbox;
}

/** What is read where it lies: the source, unless it is fetched or comes on standard input, and the packs of assets. */
function inputsOf({ source, privacyAssets, exportDir }: ScanRequest): Pick<WantedSandbox, 'inputs'> {
  const { kind, path } = { path: undefined, ...parseSource(source) };
  // Of a folder alone nothing is read where results are written; git may keep anything there.
  const read = kind === 'folder' ? { output: resolve(exportDir) } : {};
  const sources = path === undefined ? [] : [{ path: resolve(path), ...read }];
  return { inputs: privacyAssets === undefined ? sources : [...sources, { path: resolve(privacyAssets) }] };
}

/** One sandbox serves all steps, so it is as strong as the most demanding of them asks. */
export function minimumLevel({ sandbox, steps }: Plan): SandboxLevel {
  const installed = steps.some(({ program }) => program.from !== 'worker');
  const wanted = installed ? [sandbox.embedded, sandbox.external] : [sandbox.embedded];
  return SANDBOX_LEVELS.findLast((level) => wanted.includes(level)) ?? sandbox.embedded;
}

function recordOf(id: string, incomplete: string, signal: AbortSignal, { clock }: ScanPorts) {
  const bundle = join(incomplete, 'bundle');
  const record = join('runs', id);
  const log = openAuditLog(join(bundle, record), id, clock);
  const stop = recordCancel(log, signal);
  const close = () => {
    stop();
    log.close();
  };
  const audit = { ...log, close };
  return { record, audit, staging: staging(bundle, audit) };
}

function announce(remains: readonly Remains[], { clock, onEvent }: ScanPorts) {
  const events: object[] = [];
  const say = (event: ScanEvent) => {
    events.push(recorded(event, clock()));
    onEvent(event);
  };
  if (remains.length > 0) say({ type: 'remains', remains });
  return { events, say };
}

const LIMIT_NAMES = {
  memory: 'memoryBytes',
  cpu: 'cpuSeconds',
  wall: 'wallSeconds',
  pids: 'pids',
  output: 'outputBytes',
  net: 'net',
  syscalls: 'syscalls',
} as const;

/** A policy may demand that a limit is enforced and not only declared. Throws `Refusal`. */
export function refuseUnenforced(
  { sandbox: { mustEnforce } }: Plan,
  enforcement: Readonly<Record<string, string>>,
): void {
  const missing = mustEnforce.filter((name) => (enforcement[LIMIT_NAMES[name]] ?? 'declared') === 'declared');
  const remedy = '`security-scan doctor` tells what this host lacks.';
  const problems = missing.map((name) => ({
    message: `the policy demands that ${name} is enforced; here it is only declared`,
    remedy,
  }));
  if (problems.length > 0) throw new Refusal('sandbox', problems);
}

function ceilingSignal({ ceilingSeconds }: Plan, signal: AbortSignal): AbortSignal {
  if (ceilingSeconds === null) return signal;
  const ceiling = new AbortController();
  // Like AbortSignal.timeout it keeps no process alive; unlike it, the reason names the ceiling.
  setTimeout(() => ceiling.abort(new RunCeiling(ceilingSeconds)), ceilingSeconds * 1000).unref();
  return AbortSignal.any([signal, ceiling.signal]);
}

/** The record keeps what happened when; what came of it is in the evidence. */
function recorded(event: ScanEvent, time: Date): object {
  const { type } = event;
  const detail =
    type === 'step' ? { step: event.step, state: event.state } : type === 'snapshot' ? { state: event.state } : {};
  return { time: time.toISOString(), type, ...detail };
}

/** Removes what a run needed while it ran. */
export async function closeRun(run: Pick<RunLog, 'work' | 'incomplete'> & { workers?: Workers }): Promise<void> {
  await run.workers?.settled();
  await removeTree(run.work);
  await closeIncomplete(run.incomplete);
}
