import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { closeSync, constants, mkdirSync, openSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256 } from '../../core/lib/digest.js';
import {
  type ContainerAnswer,
  type ContainerFacts,
  type ContainerOrder,
  LEFT,
  PLACES,
} from '../../core/lib/sandbox/container.js';
import { type Job, type JobResult, PROGRAMS } from '../../core/lib/sandbox/job.js';
import { packFiles, plainFiles } from '../../core/lib/sandbox/plain-files.js';
import { hostProgram, requireProgram } from '../../core/lib/sandbox/programs.js';
import { jobProblem, notStarted, runJobAs } from '../../core/lib/sandbox/runner.js';
import { programsOf } from '../../core/lib/sandbox/view.js';
import { containerFacts, engineTime } from './facts.js';
import { groupMemory, ownGroup } from './group.js';
import { memoryOf, watchMemory } from './memory.js';
import { containerStarter, ENTRY_TOOLS, endAllOf } from './starter.js';

/** A container is ended from outside by ending it whole, so nothing asks the agent to stop. */
const NEVER = new AbortController().signal;

/**
 * The first program of a step's container: runs the one job it was made for under the limits that an engine does not
 * hold, and leaves the answer and all that the job wrote in folders that the job cannot enter.
 */
export async function runOrder(): Promise<void> {
  const began = engineTime();
  const text = readFileSync(PLACES.order, 'utf8');
  const order = JSON.parse(text) as ContainerOrder;
  for (const folder of [PLACES.left, PLACES.stays]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const facts = await containerFacts();
  const result = await attempt(order, facts);
  const answer: ContainerAnswer = { order: sha256(text), began, facts, result };
  writeFileSync(join(PLACES.left, LEFT.answer), JSON.stringify(answer));
}

async function attempt(order: ContainerOrder, facts: ContainerFacts): Promise<JobResult> {
  const problem = wallProblem(order, facts);
  if (problem !== undefined) return notStarted(problem);
  try {
    return await runInside(order);
  } catch (error) {
    return notStarted(error instanceof Error ? error.message : String(error));
  }
}

/** A job never starts where it could reach a network or fill the memory: the engine was asked for other walls. */
function wallProblem(
  { limits }: ContainerOrder,
  { interfaces, tmpBytes, sharedBytes }: ContainerFacts,
): string | undefined {
  if (interfaces.length > 0) return `the engine gave the container a network: ${interfaces.join(', ')}`;
  const most = Math.ceil(limits.tmpBytes / 4096) * 4096;
  if (tmpBytes === null || tmpBytes > most) return 'the engine gave the container a /tmp without its limit';
  if (sharedBytes === null || sharedBytes > most) return 'the engine gave the container a /dev/shm without its limit';
  return undefined;
}

async function runInside(order: ContainerOrder): Promise<JobResult> {
  linkPrograms(jobOf(order));
  for (const [index, { at, given }] of order.writes.entries())
    fill(at, given ? join(PLACES.given, String(index)) : undefined);
  const stdin = order.stdin ? openSync(PLACES.stdin, constants.O_RDONLY) : undefined;
  try {
    const job = { ...jobOf(order), ...(stdin !== undefined && { stdin }) };
    const problem = jobProblem(job);
    if (problem !== undefined) return notStarted(problem);
    const uid = order.uid ?? drawnUid();
    const identity = { kind: 'private' as const, uid, gid: uid };
    return await watched(job, uid, () => runJobAs(containerStarter(identity), { version: 2 }, identity, job, NEVER));
  } finally {
    if (stdin !== undefined) closeSync(stdin);
    for (const [index, write] of order.writes.entries()) leave(write, index);
  }
}

/** The range systemd keeps for dynamic users (systemd.io/UIDS-GIDS). */
const [FIRST_UID, LAST_UID] = [61184, 65519];

/** Drawn here and not in the order, which is the same for the same job. Limits count a uid's processes on the whole engine. */
const drawnUid = (): number => randomInt(FIRST_UID, LAST_UID + 1);

/** Ends a job whose processes take more than its memory together: the engine has no limit for that (0.21). */
async function watched({ limits }: Job, uid: number, run: () => Promise<JobResult>): Promise<JobResult> {
  let over = false;
  const group = ownGroup();
  const memory = group === undefined ? memoryOf(uid) : groupMemory(group);
  const watch = watchMemory(limits.memoryBytes + limits.tmpBytes, memory, () => {
    over = true;
    endAllOf(uid);
  });
  try {
    const result = await run();
    const maxRssBytes = Math.max(result.maxRssBytes ?? 0, watch.peak());
    return { ...result, maxRssBytes, end: over ? { kind: 'memory' } : result.end };
  } finally {
    watch.stop();
  }
}

/** The names by which jobs know their programs at every level. */
function linkPrograms(job: Job): void {
  mkdirSync(PROGRAMS, { mode: 0o755 });
  for (const name of ENTRY_TOOLS) symlinkSync(requireProgram(name), join(PROGRAMS, name));
  for (const name of programsOf(job)) symlinkSync(hostProgram(name), join(PROGRAMS, name));
}

/** An empty folder, or a copy of what the caller had in it: cp(1) keeps names that are no text. */
function fill(at: string, given: string | undefined): void {
  mkdirSync(dirname(at), { recursive: true });
  mkdirSync(at, { mode: 0o755 });
  if (given !== undefined) execFileSync('/bin/cp', ['-a', '--', `${given}/.`, at], { env: {} });
}

/** Puts a write mount where it is taken from, out of the job's reach. */
function leave({ at, stays }: ContainerOrder['writes'][number], index: number): void {
  const to = join(stays ? PLACES.stays : PLACES.left, String(index));
  execFileSync('/bin/mv', ['-T', '--', at, to], { env: {} });
  if (stays) writeFileSync(join(PLACES.left, LEFT.files(index)), packFiles(plainFiles(to)));
}

function jobOf({ reads, writes, id, substrate, args, programs, env, cwd, limits }: ContainerOrder): Job {
  return {
    ...{ id, substrate, args, programs, env, cwd, limits },
    mounts: [
      ...reads.map((path) => ({ from: path, to: path, access: 'read' as const })),
      ...writes.map(({ at }) => ({ from: at, to: at, access: 'write' as const })),
    ],
    stdout: join(PLACES.left, LEFT.stdout),
    stderr: join(PLACES.left, LEFT.stderr),
  };
}
