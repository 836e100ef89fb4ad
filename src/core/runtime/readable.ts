import { chmod, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Lets jobs read a folder of this run's own making: they may run as another user than the one whose umask made it. */
export async function readableByJobs(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const modeOf = (isFolder: boolean) => (isFolder ? 0o755 : 0o444);
  await Promise.all(entries.map((entry) => chmod(join(entry.parentPath, entry.name), modeOf(entry.isDirectory()))));
}
