import { Refusal } from '../lib/errors.js';
import { groupTree } from '../lib/sandbox/tree.js';
import { installFault, said } from './fault.js';
import { type HostProgram, REMEDIES } from './programs.js';

/** Longest time for one command, in milliseconds: Go builds of the largest scanners take ten minutes. */
const LONGEST_MS = 60 * 60_000;
/** Bytes of standard output, and of standard error, that a command may print. */
const MOST_OUTPUT = 2 ** 26;

const REMEDY = 'Check the connection and the registry settings; `security-scan tools doctor` tells what is missing.';

export interface Command {
  /** In words, for errors: `pip download`. */
  name: string;
  program: HostProgram;
  args: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
  signal: AbortSignal;
  longestMs?: number;
}

/**
 * Runs a program to its end, with nothing of this process's environment, and resolves to what it printed. Whatever way it
 * ends, its whole process group is gone. Throws `Fault` code `toolchain` unless it exits with 0; rethrows the abort.
 */
export async function runCommand(command: Command): Promise<string> {
  const { program, args, signal } = command;
  signal.throwIfAborted();
  // Loaded for installs alone: it costs every other run 0.1 s.
  const { execa } = await import('execa');
  const limit = AbortSignal.any([signal, AbortSignal.timeout(command.longestMs ?? LONGEST_MS)]);
  const running = execa(program.program, [...program.args, ...args], {
    cwd: command.cwd,
    env: command.env,
    extendEnv: false,
    stdin: 'ignore',
    reject: false,
    detached: true,
    maxBuffer: MOST_OUTPUT,
  });
  const end = () => running.pid !== undefined && groupTree.destroy(running.pid);
  limit.addEventListener('abort', end);
  process.once('exit', end);
  try {
    const result = await running;
    signal.throwIfAborted();
    if (result.exitCode === 0 && !result.isMaxBuffer) return result.stdout;
    throw failure(command, { ...result, timedOut: limit.aborted });
  } finally {
    limit.removeEventListener('abort', end);
    process.removeListener('exit', end);
    end();
  }
}

interface Ended {
  exitCode?: number | undefined;
  signal?: string | undefined;
  stderr: string;
  isMaxBuffer: boolean;
  timedOut: boolean;
  code?: string | undefined;
}

function failure({ name }: Command, { exitCode, signal, stderr, isMaxBuffer, timedOut, code }: Ended) {
  const how = timedOut
    ? 'took too long'
    : isMaxBuffer
      ? 'printed too much'
      : exitCode === undefined
        ? `did not run (${signal ?? code ?? 'unknown'})`
        : `ended with exit code ${exitCode}`;
  const words = stderr.trim() === '' ? '' : `: ${said(stderr)}`;
  return installFault(`${name} ${how}${words}`, REMEDY);
}

/** The program, or a refusal that says how to get it. */
export function demandProgram(program: HostProgram | undefined, name: keyof typeof REMEDIES): HostProgram {
  if (program !== undefined) return program;
  const message = `${name} is needed to install this tool and is not on this machine`;
  throw new Refusal('tool', [{ message, remedy: REMEDIES[name] }]);
}
