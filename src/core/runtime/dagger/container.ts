import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Client, Directory } from '@dagger.io/dagger';
import { sha256 } from '../../lib/digest.js';
import { type ContainerAnswer, type ContainerFacts, type ContainerOrder, PLACES } from '../../lib/sandbox/container.js';
import type { Job, JobResult } from '../../lib/sandbox/job.js';
import { openLog } from '../../lib/sandbox/logs.js';
import { jobProblem } from '../../lib/sandbox/runner.js';
import { readAnswer, takeOut } from './answer.js';
import { CONTEXT, dockerfile, mountPointProblem } from './dockerfile.js';
import { isKept, mayStand } from './kept.js';
import { type Parcel, packed } from './places.js';
import { type HandOver, type Uploaded, withUploaded } from './upload.js';

/** What a job needs to become a container. */
export interface ContainerPorts {
  client: Client;
  handOver: HandOver;
  /** Reference with a digest. */
  image: string;
  /** Host folder with the agent. */
  agent: string;
  /** Host folder for what goes in and comes out. */
  scratch: string;
}

/** Owns what a job reads as its owner: all that is uploaded is root's, and no job is root. One uid, so that the copies are kept. */
const OWNER_UID = 61183;

/** Why the job cannot be run as described, or undefined. */
export function containerProblem(job: Job): string | undefined {
  return jobProblem(job) ?? mountPointProblem(job.mounts.map(({ to }) => to));
}

/**
 * Runs a job without a problem as one container, or takes what the engine kept of the same job with the same inputs: kept
 * is what is older than the probe of this session. What ran behind other walls than the probe is run again: the run record
 * names the probe's. Throws what the engine failed with.
 */
export async function runKept(job: Job, ports: ContainerPorts, probe: ContainerAnswer): Promise<JobResult> {
  const ask = await asking(job, ports);
  const first = await ask('');
  const { began, facts, result: found } = first.answer;
  const kept = isKept(began, probe.began);
  if (kept && !(mayStand(job, found) && sameWalls(facts, probe.facts)))
    return (await brought(job, await ask(randomUUID()), ports.handOver)).result;
  const { result } = await brought(job, first, ports.handOver);
  return kept ? { ...result, kept } : result;
}

const sameWalls = (a: ContainerFacts, b: ContainerFacts): boolean =>
  a.filtered === b.filtered && a.counted === b.counted;

/** Runs a job without a problem as one container, whatever the engine keeps. Throws what the engine failed with. */
export async function runContainer(job: Job, ports: ContainerPorts): Promise<ContainerAnswer> {
  const ask = await asking(job, ports);
  return brought(job, await ask(randomUUID()), ports.handOver);
}

/** An answer, and the host folder with all that the job left. */
interface Answered {
  answer: ContainerAnswer;
  left: string;
  /** The same on the engine. */
  all: Directory;
}

/** Hands the engine all that the job reads; what comes back has the job run under an order with that nonce. */
async function asking(job: Job, ports: ContainerPorts): Promise<(nonce: string) => Promise<Answered>> {
  // Nothing but a plain file may be where the logs go, and there are logs whatever happens.
  for (const path of [job.stdout, job.stderr]) openLog(path, 0).finish();
  const folder = await mkdtemp(join(ports.scratch, 'container-'));
  const order = await orderOf(job);
  const filled = await contextOf(order, job, folder, ports);
  return async (nonce) => {
    const text = JSON.stringify({ ...order, nonce } satisfies ContainerOrder);
    const left = join(folder, nonce === '' ? 'left' : 'left-again');
    const context = filled.withNewFile(`${CONTEXT.input}/order.json`, text);
    const all = await context.dockerBuild().directory(PLACES.left).sync();
    await all.export(left);
    return { answer: await readAnswer(left, sha256(text)), left, all };
  };
}

async function brought(job: Job, { answer, left, all }: Answered, handOver: HandOver): Promise<ContainerAnswer> {
  if (answer.result.end.kind === 'not-started') return answer;
  await takeOut(left, job);
  for (const [index, { from }] of writing(job.mounts).entries())
    handOver.left(await realpath(from), all.directory(String(index)));
  return answer;
}

/** The same for the same job, wherever its files are here: it is part of what the engine knows a job by. */
async function orderOf(job: Job): Promise<Omit<ContainerOrder, 'nonce'>> {
  const { id, substrate, args, programs = [], env, cwd, limits, mounts, asOwnerOf } = job;
  const writes = writing(mounts);
  const given = await Promise.all(writes.map(async ({ from }) => (await readdir(from)).length > 0));
  return {
    ...{ id, substrate, args, programs, env, cwd, limits },
    uid: asOwnerOf === undefined ? null : OWNER_UID,
    reads: reading(mounts).map(({ to }) => to),
    writes: writes.map(({ to }, index) => ({ at: to, given: given[index] ?? false })),
    stdin: job.stdin !== undefined,
  };
}

const reading = (mounts: Job['mounts']) => mounts.filter(({ access }) => access === 'read');
const writing = (mounts: Job['mounts']) => mounts.filter(({ access }) => access === 'write');

/** What is the same for many jobs comes first, so that the engine has it already. */
async function contextOf(
  order: Omit<ContainerOrder, 'nonce'>,
  job: Job,
  folder: string,
  ports: ContainerPorts,
): Promise<Directory> {
  const { client, handOver, image, agent } = ports;
  // A link would be sent as one, and a change of what it leads to would not be seen.
  const real = reading(job.mounts).map(async ({ from, settled = false }) => ({ from: await realpath(from), settled }));
  const { parcels, sources } = packed(await Promise.all(real));
  const reader = job.asOwnerOf === undefined ? 0 : OWNER_UID;
  const reads = await Promise.all(
    parcels.map(async (parcel) => ({ at: parcel.at, what: await sent(parcel, handOver) })),
  );
  const others = [...givenOf(order, job), ...(await inputOf(job, folder)), { from: agent, at: CONTEXT.agent }];
  const rest = await Promise.all(others.map(async ({ at, from }) => ({ at, what: await handOver.one(from) })));
  const read = reads.reduce((context, { at, what }) => withUploaded(context, at, what, reader), client.directory());
  const filled = rest.reduce((context, { at, what }) => withUploaded(context, at, what, 0), read);
  return filled.withNewFile('Dockerfile', dockerfile(image, order, sources));
}

async function sent({ folder, names, settled }: Parcel, handOver: HandOver): Promise<Uploaded> {
  if (names.length > 1) return { folder: await handOver.some(folder, names) };
  const path = join(folder, names[0] ?? '');
  return settled ? handOver.settled(path) : handOver.one(path);
}

/** What is in the write mounts at the start. */
function givenOf({ writes }: Pick<ContainerOrder, 'writes'>, { mounts }: Job) {
  const places = writing(mounts).map(({ from }, index) => ({ from, at: CONTEXT.given(index) }));
  return places.filter((_, index) => writes[index]?.given);
}

/** A file with what the job reads from its standard input. */
async function inputOf({ stdin }: Job, folder: string) {
  if (stdin === undefined) return [];
  const from = join(folder, 'stdin');
  await pipeline(createReadStream('', { fd: stdin, autoClose: false }), createWriteStream(from));
  return [{ from, at: `${CONTEXT.input}/stdin` }];
}
