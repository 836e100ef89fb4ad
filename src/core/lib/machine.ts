import { realpathSync } from 'node:fs';
import { basename } from 'node:path';
import { systemProgram } from './sandbox/programs.js';

/** What of this machine decides which build of a tool can run here. */
export interface Machine {
  /** `linux-x64`, `darwin-arm64`, … */
  platform: string;
  /** `python3.11`, when the system has Python. */
  python: string | undefined;
}

/** This machine. */
export const thisMachine = (): Machine => ({
  platform: `${process.platform}-${process.arch}`,
  python: pythonName(pythonProgram()),
});

/** The system's Python, links resolved, so that its name tells its minor version. */
export function pythonProgram(): string | undefined {
  const path = systemProgram('python3');
  return path === undefined ? undefined : realpathSync(path);
}

function pythonName(path: string | undefined): string | undefined {
  const name = path === undefined ? '' : basename(path);
  return /^python3\.\d+$/.test(name) ? name : undefined;
}
