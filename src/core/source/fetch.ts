import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '../lib/digest.js';
import { Fault, Refusal } from '../lib/errors.js';
import { printable } from '../lib/printable.js';
import { GIT_ENV, GIT_OPTIONS } from './git.js';
import type { SourcePorts } from './jobs.js';
import { checkRef } from './request.js';

/** Longest time for a fetch, in milliseconds. */
const FETCH_MS = 30 * 60_000;

/** The name that the wanted ref gets in the fetched repository. */
export const FETCHED_REF = 'refs/scan/source';

/** Addresses that are read, whoever calls: git would run a command for `ext::` and read any folder for `file://`. */
const PROTOCOLS: readonly string[] = ['https', 'ssh'];

/**
 * Fetches one ref of a remote repository with its history into a new bare repository, and returns its folder. This is
 * the network phase: no source, an empty folder and environment, nothing checked out, no submodules, no hooks. A name
 * that is both a tag and a branch is the tag. Throws `Refusal` code `source`, `Fault` code `snapshot`.
 */
export async function fetchRepository(
  url: string,
  ref: string,
  ports: SourcePorts,
  protocols = PROTOCOLS,
): Promise<string> {
  const { protocol, host } = new URL(url);
  const allowed = protocol.replace(':', '');
  if (!protocols.includes(allowed)) {
    throw new Refusal('source', [
      { file: printable(url, 200), message: `only ${protocols.join(' and ')} addresses are read` },
    ]);
  }
  const wanted = checkRef(ref, url);
  const folder = join(ports.scratch, 'clone.git');
  await mkdir(folder);
  await git(['init', '--quiet', '--bare', '--template=', folder], folder, ports);
  const options = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', '--no-auto-maintenance'];
  const network = ['-c', `protocol.${allowed}.allow=always`, '-c', 'http.followRedirects=initial'];
  const env = {
    GIT_ALLOW_PROTOCOL: allowed,
    GIT_SSH_COMMAND: 'ssh -o BatchMode=yes',
    PATH: '/usr/bin:/bin',
    ...ports.fetchEnv,
  };
  const say = (status: string) =>
    ports.audit.record({ kind: 'network', host, status, callsLeft: 0, actor: 'operator' });
  say('fetching');
  try {
    await git([...network, 'fetch', ...options, '--', url, `+${wanted}:${FETCHED_REF}`], folder, ports, env);
  } catch (error) {
    say('failed');
    throw error;
  }
  say('fetched');
  return folder;
}

async function git(
  args: readonly string[],
  cwd: string,
  ports: SourcePorts,
  env: Record<string, string> = {},
): Promise<void> {
  const program = ports.sandbox.substrate['git']?.path;
  if (program === undefined) throw new Fault('snapshot', 'git is not installed', 'Install git, or scan an archive.');
  // Loaded for fetches alone: it costs every other run 0.1 s.
  const { execa } = await import('execa');
  const result = await execa(program, [...GIT_OPTIONS, ...args], {
    cwd,
    env: { ...GIT_ENV, GIT_DIR: cwd, ...env },
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    timeout: FETCH_MS,
    maxBuffer: 1 << 20,
    cancelSignal: ports.signal,
  });
  const exitCode = result.exitCode ?? null;
  ports.audit.record({
    kind: 'command',
    step: 'source-fetch',
    argvDigest: digestOf(args),
    exitCode,
    durationMs: Math.round(result.durationMs),
    actor: 'scanner',
  });
  if (exitCode === 0) return;
  ports.signal.throwIfAborted();
  const said = printable(result.stderr.trim().slice(-300), 300);
  throw new Fault(
    'snapshot',
    `the repository cannot be fetched: ${said}`,
    'Check the address, the ref and your access to it.',
  );
}
