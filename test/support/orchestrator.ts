import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { keepYoungGenerationSmall } from '../../src/cli/young-generation.js';
import { Fault, Refusal } from '../../src/core/lib/errors.js';
import type { ScanEvent } from '../../src/core/run.js';
import { scan } from '../../src/core/scan.js';
import type { ScanRequest } from '../../src/core/scan-request.js';
import { builtCatalog, type ScriptedTool, scriptedCatalog } from './catalog.js';
import { processesWith } from './processes.js';

/** When the orchestrator is to end itself without a word. */
export interface KillWhen {
  type: ScanEvent['type'];
  state?: string;
  /** And only once this file of the unpublished bundle exists. */
  written?: string;
  /** And only once a process with this word in its command line runs. */
  process?: string;
}

export interface Order {
  request: ScanRequest;
  /** Scripted tools, made in `folder`; else the built catalog. */
  scripted?: { folder: string; tools: ScriptedTool[] };
  kill?: KillWhen;
}

/** What one scan in a process of its own came to. */
export interface Answer {
  verdict?: string;
  bundle?: string;
  error?: { name: string; message: string; remedy?: string };
  wallMs: number;
  cpuMs: number;
  maxRssBytes: number;
}

const order: Order = JSON.parse(await text(process.stdin));
const catalog = await (order.scripted === undefined
  ? builtCatalog()
  : scriptedCatalog(order.scripted.folder, order.scripted.tools));

// As the command line does.
keepYoungGenerationSmall();
const began = performance.now();
const outcome = await scan(order.request, catalog, {
  clock: () => new Date(),
  signal: new AbortController().signal,
  onEvent: (event) => order.kill !== undefined && matches(event, order.kill) && killOnce(order.kill),
}).then(
  ({ evidence, bundle }) => ({ verdict: evidence.verdict.verdict, bundle: bundle.folder }),
  (error: unknown) => ({ error: described(error) }),
);
const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
const answer: Answer = {
  ...outcome,
  wallMs: Math.round(performance.now() - began),
  cpuMs: Math.round((userCPUTime + systemCPUTime) / 1000),
  maxRssBytes: maxRSS * 1024,
};
process.stdout.write(JSON.stringify(answer));

function matches(event: ScanEvent, { type, state }: KillWhen): boolean {
  return event.type === type && (state === undefined || ('state' in event && event.state === state));
}

function killOnce({ written, process: word }: KillWhen): void {
  const due = () =>
    (written === undefined || isWritten(written)) && (word === undefined || processesWith(word).length > 0);
  const look = () => due() && process.kill(process.pid, 'SIGKILL');
  look();
  setInterval(look, 1);
}

function isWritten(path: string): boolean {
  const folder = join(order.request.exportDir, '.incomplete');
  return readdirSync(folder).some((run) => existsSync(join(folder, run, 'bundle', path)));
}

function described(error: unknown): Answer['error'] {
  if (error instanceof Fault)
    return { name: `Fault ${error.code}`, message: error.message, remedy: error.remedy ?? '' };
  if (error instanceof Refusal) return { name: `Refusal ${error.code}`, message: error.message };
  return { name: 'other', message: String(error) };
}
