import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Client, Container, Directory } from '@dagger.io/dagger';
import { sha256 } from '../../lib/digest.js';
import { type ContainerAnswer, type ContainerFacts, type ContainerOrder, PLACES } from '../../lib/sandbox/container.js';
import type { Job, JobResult } from '../../lib/sandbox/job.js';
import { openLog } from '../../lib/sandbox/logs.js';
import type { PlainFiles } from '../../lib/sandbox/plain-files.js';
import { jobProblem, notStarted } from '../../lib/sandbox/runner.js';
import { readAnswer, readStayed, takeOut } from './answer.js';
import { CONTEXT, dockerfile, mountPointProblem } from './dockerfile.js';
import { isKept, mayStand } from './kept.js';
import { type Parcel, packed } from './places.js';
import type { Stays } from './stays.js';
import { type HandOver, type Uploaded, withUploaded } from './upload.js';

/** What a job needs to become a container. */
export interface ContainerPorts {
  client: Client;
  handOver: HandOver;
  stays: Stays;
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
export function containerProblem(job: Job, { stays }: Pick<ContainerPorts, 'stays'>): string | undefined {
  // Of what stayed there may be no more here than the folder that stands for it.
  const mounts = job.mounts.map((mount) => ({ ...mount, from: stays.rootOf(mount.from) ?? mount.from }));
  return jobProblem({ ...job, mounts }) ?? mountPointProblem(job.mounts.map(({ to }) => to));
}

/**
 * Runs a job without a problem as one container, or takes what the engine kept of the same job with the same inputs: kept
 * is what is older than the probe of this session. Throws what the engine failed with.
 */
export async function runKept(job: Job, ports: ContainerPorts, probe: ContainerAnswer): Promise<JobResult> {
  const ask = await asking(job, ports);
  const first = await ask('');
  if (!isKept(first.answer.began, probe.began)) return taken(job, first, ports, probe);
  if (!mayStand(job, first.answer.result) || !sameWalls(first.answer.facts, probe.facts))
    return taken(job, await ask(randomUUID()), ports, probe);
  return { ...(await taken(job, first, ports, probe)), kept: true };
}

/** Runs a job without a problem as one container, whatever the engine keeps. Throws what the engine failed with. */
export async function runFresh(job: Job, ports: ContainerPorts, probe: ContainerAnswer): Promise<JobResult> {
  const ask = await asking(job, ports);
  return taken(job, await ask(randomUUID()), ports, probe);
}

/** The answer to a job that always runs and has no mounts; it tells what holds on the engine now. Throws what it failed with. */
export async function askContainer(job: Job, ports: ContainerPorts): Promise<ContainerAnswer> {
  const ask = await asking(job, ports);
  return (await ask(randomUUID())).answer;
}

const sameWalls = (a: ContainerFacts, b: ContainerFacts): boolean =>
  a.filtered === b.filtered && a.counted === b.counted;

/** An answer, and the host folder with what the job left. */
interface Answered {
  answer: ContainerAnswer;
  left: string;
  /** The container after it. */
  ended: Container;
}

/** Hands the engine all that the job reads; what comes back has the job run under an order with that nonce. */
async function asking(job: Job, ports: ContainerPorts): Promise<(nonce: string) => Promise<Answered>> {
  // Nothing but a plain file may be where the logs go, and there are logs whatever happens.
  for (const path of [job.stdout, job.stderr]) openLog(path, 0).finish();
  for (const { from, stays } of writing(job.mounts))
    if (stays) ports.stays.expect(from);
    else ports.stays.demandHere(await realpath(from));
  const folder = await mkdtemp(join(ports.scratch, 'container-'));
  const order = await orderOf(job);
  const filled = await contextOf(order, job, folder, ports);
  return async (nonce) => {
    const text = JSON.stringify({ ...order, nonce } satisfies ContainerOrder);
    const left = join(folder, nonce === '' ? 'left' : 'left-again');
    const context = filled.withNewFile(`${CONTEXT.input}/order.json`, text);
    // The SDK asks again for all that leads to a folder until it knows an id (0.21).
    const ended = await context.dockerBuild().sync();
    await ended.directory(PLACES.left).export(left);
    return { answer: await readAnswer(left, sha256(text)), left, ended };
  };
}

/** Takes what a job left. The run record names the probe's walls for all jobs, so nothing is taken from behind other ones. */
async function taken(
  job: Job,
  { answer, left, ended }: Answered,
  { stays }: ContainerPorts,
  probe: ContainerAnswer,
): Promise<JobResult> {
  if (!sameWalls(answer.facts, probe.facts))
    return notStarted('the engine gave the container other walls than the first one');
  if (answer.result.end.kind === 'not-started') return answer.result;
  await takeOut(left, job);
  const stayed = new Map<string, PlainFiles>();
  for (const [index, mount] of writing(job.mounts).entries()) {
    if (!mount.stays) continue;
    const files = await readStayed(left, index);
    stays.leave(mount.from, { all: ended.directory(PLACES.stays), name: String(index), files });
    stayed.set(mount.from, files);
  }
  return stayed.size > 0 ? { ...answer.result, stayed } : answer.result;
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
    writes: writes.map(({ to, stays = false }, index) => ({ at: to, given: given[index] ?? false, stays })),
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
  const { client, handOver, stays, image, agent } = ports;
  // A link would be sent as one, and a change of what it leads to would not be seen.
  const realOf = async (path: string) => (stays.rootOf(path) === undefined ? await realpath(path) : path);
  const real = reading(job.mounts).map(async ({ from, settled = false }) => ({ from: await realOf(from), settled }));
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
