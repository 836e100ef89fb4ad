import * as z from 'zod';
import { duration, formatSize, size } from './quantity.js';
import type { Limits } from './sandbox/job.js';

/** Network rights: none, or named hosts with a ceiling on calls. */
export const network = z.union([
  z.literal('none'),
  z.strictObject({
    hosts: z.array(z.string().regex(/^[a-z0-9.-]+(:[0-9]+)?$/)).min(1),
    maxCalls: z.int().positive(),
  }),
]);
export type Network = z.infer<typeof network>;

const fields = {
  memory: size.describe('Memory of the whole process tree.'),
  cpu: duration.describe('CPU time.'),
  wall: duration.describe('Wall-clock time.'),
  pids: z.int().min(1).max(4096).describe('Processes and threads at one time.'),
  output: size.describe('Bytes in all writable places together.'),
  tmp: size.describe('Bytes of the private /tmp.'),
  net: network.describe('Network: none, or named hosts with a call ceiling.'),
};

/** What a step may touch, as a tool file declares it. Reading the snapshot and writing its own output are always granted. */
export const capabilities = z.strictObject(fields);
export type Capabilities = z.infer<typeof capabilities>;

/** A ceiling on capabilities; what is absent is taken from the wider ceiling. */
export const ceiling = z.strictObject(fields).partial();
export type Ceiling = z.infer<typeof ceiling>;

const LOG_BYTES = 4 * 2 ** 20;

/** The limits that a sandbox enforces for these capabilities. */
export function limitsOf(c: Capabilities): Limits {
  return {
    memoryBytes: c.memory,
    cpuSeconds: c.cpu,
    wallSeconds: c.wall,
    pids: c.pids,
    outputBytes: c.output,
    tmpBytes: c.tmp,
    logBytes: LOG_BYTES,
  };
}

const AMOUNTS = ['memory', 'cpu', 'wall', 'pids', 'output', 'tmp'] as const;

/** Each way in which `wanted` exceeds `allowed`, in words; empty when it fits. */
export function excesses(wanted: Capabilities, allowed: Ceiling): string[] {
  const amounts = AMOUNTS.flatMap((name) => {
    const limit = allowed[name];
    return limit === undefined || wanted[name] <= limit
      ? []
      : [`${name} ${show(name, wanted[name])} is above the ceiling of ${show(name, limit)}`];
  });
  return [...amounts, ...networkExcess(wanted.net, allowed.net)];
}

function networkExcess(wanted: Network, allowed: Network | undefined): string[] {
  if (wanted === 'none' || allowed === undefined) return [];
  if (allowed === 'none') return [`network to ${wanted.hosts.join(', ')} is not allowed`];
  const others = wanted.hosts.filter((host) => !allowed.hosts.includes(host));
  const calls =
    wanted.maxCalls > allowed.maxCalls ? [`${wanted.maxCalls} network calls exceed ${allowed.maxCalls}`] : [];
  return [...others.map((host) => `network to ${host} is not allowed`), ...calls];
}

function show(name: (typeof AMOUNTS)[number], value: number): string {
  if (name === 'pids') return String(value);
  return name === 'cpu' || name === 'wall' ? `${value}s` : formatSize(value);
}
