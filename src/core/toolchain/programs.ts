import { accessSync, constants, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pythonProgram } from '../lib/machine.js';
import { nodeProgram } from '../lib/sandbox/programs.js';

/** Where Go's own installer, Debian and Homebrew put it. Never PATH, which may lead into a tree under scan. */
const GO_FOLDERS = ['/usr/local/go/bin', '/usr/lib/go/bin', '/usr/bin', '/opt/homebrew/bin', '/usr/local/bin'];

/** How a package manager is started. */
export interface HostProgram {
  program: string;
  /** What goes before its own arguments. */
  args: readonly string[];
}

/** pip of the system's Python, without the environment and without packages of the user. */
export function pip(): HostProgram | undefined {
  const program = pythonProgram();
  return program === undefined ? undefined : { program, args: ['-I', '-m', 'pip'] };
}

/** The npm that came with the running Node, started by this Node. */
export function npm(): HostProgram | undefined {
  const program = nodeProgram();
  const folders = [dirname(program), dirname(process.execPath)];
  const script = folders.map((folder) => join(folder, 'npm')).find(isThere);
  return script === undefined ? undefined : { program, args: [realpathSync(script)] };
}

/** The host's Go: it fetches and checks the exact toolchain, which then builds. */
export function go(): HostProgram | undefined {
  const program = GO_FOLDERS.map((folder) => join(folder, 'go')).find(isThere);
  return program === undefined ? undefined : { program, args: [] };
}

function isThere(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** What to do where one of them is missing. */
export const REMEDIES = {
  pip: 'Install pip for the Python in /usr/bin (Debian: `apt install python3-pip`).',
  npm: 'Install the npm that comes with Node.js, beside it.',
  go: 'Install Go (https://go.dev/dl/), 1.21 or newer, in /usr/local/go or by the system.',
} as const;
