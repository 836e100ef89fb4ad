import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Client, Directory } from '@dagger.io/dagger';
import { type ContainerAnswer, type ContainerOrder, PLACES } from '../../lib/sandbox/container.js';
import type { Job } from '../../lib/sandbox/job.js';
import { openLog } from '../../lib/sandbox/logs.js';
import { jobProblem } from '../../lib/sandbox/runner.js';
import { readAnswer, takeOut } from './answer.js';
import { CONTEXT, dockerfile, mountPointProblem } from './dockerfile.js';
import { type Upload, uploaded, withUploaded } from './upload.js';

/** What a job needs to become a container. */
export interface ContainerPorts {
  client: Client;
  upload: Upload;
  /** Reference with a digest. */
  image: string;
  /** The folder with the agent, in the engine. */
  agent: Directory;
  /** Host folder for what goes in and comes out. */
  scratch: string;
}

/** Owns what a job reads as its owner: all that is uploaded is root's, and no job is root. One uid, so that the copies are kept. */
const OWNER_UID = 61183;

/** Why the job cannot be run as described, or undefined. */
export function containerProblem(job: Job): string | undefined {
  return jobProblem(job) ?? mountPointProblem(job.mounts.map(({ to }) => to));
}

/** Runs a job without a problem as one container and brings back what it left. Throws what the engine failed with. */
export async function runContainer(job: Job, uid: number, ports: ContainerPorts): Promise<ContainerAnswer> {
  // Nothing but a plain file may be where the logs go, and there are logs whatever happens.
  for (const path of [job.stdout, job.stderr]) openLog(path, 0).finish();
  const folder = await mkdtemp(join(ports.scratch, 'container-'));
  const order = await orderOf(job, uid);
  await writeInput(order, job, join(folder, CONTEXT.input));
  const context = await contextOf(order, job, folder, ports);
  const left = join(folder, 'left');
  await context.dockerBuild().directory(PLACES.left).export(left);
  const answer = await readAnswer(left, order.nonce);
  if (answer.result.end.kind !== 'not-started') await takeOut(left, job);
  return answer;
}

async function orderOf(job: Job, uid: number): Promise<ContainerOrder> {
  const { id, substrate, args, programs = [], env, cwd, limits, mounts, asOwnerOf } = job;
  const writes = mounts.filter(({ access }) => access === 'write');
  const given = await Promise.all(writes.map(async ({ from }) => (await readdir(from)).length > 0));
  return {
    nonce: randomUUID(),
    ...{ id, substrate, args, programs, env, cwd, limits },
    uid: asOwnerOf === undefined ? uid : OWNER_UID,
    reads: reading(mounts).map(({ to }) => to),
    writes: writes.map(({ to }, index) => ({ at: to, given: given[index] ?? false })),
    stdin: job.stdin !== undefined,
  };
}

const reading = (mounts: Job['mounts']) => mounts.filter(({ access }) => access === 'read');

async function writeInput(order: ContainerOrder, { stdin }: Job, folder: string): Promise<void> {
  await mkdir(folder);
  await writeFile(join(folder, 'order.json'), JSON.stringify(order));
  if (stdin === undefined) return;
  const input = createReadStream('', { fd: stdin, autoClose: false });
  await pipeline(input, createWriteStream(join(folder, 'stdin')));
}

/** What is the same for many jobs comes first, so that the engine has it already. */
async function contextOf(order: ContainerOrder, job: Job, folder: string, ports: ContainerPorts): Promise<Directory> {
  const { client, upload, image, agent } = ports;
  const reads = reading(job.mounts).map(({ from }, index) => ({ from, at: CONTEXT.read(index) }));
  const writes = job.mounts.filter(({ access }) => access === 'write');
  const given = writes.map(({ from }, index) => ({ from, at: CONTEXT.given(index) }));
  const places = [
    ...reads,
    ...given.filter((_, index) => order.writes[index]?.given),
    { from: join(folder, CONTEXT.input), at: CONTEXT.input },
  ];
  const all = await Promise.all(places.map(async ({ at, from }) => ({ at, what: await uploaded(from, upload) })));
  const reader = job.asOwnerOf === undefined ? 0 : OWNER_UID;
  const filled = all.reduce(
    (context, { at, what }, index) => withUploaded(context, at, what, index < reads.length ? reader : 0),
    client.directory(),
  );
  return filled.withDirectory(CONTEXT.agent, agent).withNewFile('Dockerfile', dockerfile(image, order));
}
