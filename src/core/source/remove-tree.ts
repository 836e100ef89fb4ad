import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { systemProgram } from '../lib/sandbox/programs.js';

/**
 * Removes a folder of this run's own with all below it; nothing needs to be there. Nothing may write to it meanwhile.
 * Node's `rm` takes a hundred megabytes for a hundred thousand files, and cannot reach paths longer than the system
 * takes; rm(1) goes from folder to folder. Throws the file system's error when something is left.
 */
export async function removeTree(folder: string): Promise<void> {
  const program = systemProgram('rm');
  if (program !== undefined)
    await promisify(execFile)(program, ['-rf', '--', folder], { env: {}, cwd: '/' }).catch(() => undefined);
  // Where rm(1) is missing or has failed, this does the rest or says why it cannot be done.
  await rm(folder, { recursive: true, force: true });
}
