import type { SourcePorts } from './jobs.js';
import { existingPath } from './place.js';
import type { Snapshot } from './snapshot.js';
import { runWorker } from './worker.js';

/**
 * An archive, unpacked in the sandbox: every file in it, without a `.git`. One folder that holds everything, as in the
 * archives of hosting services, is left out of the paths. Without `path` a tar is read from standard input.
 */
export async function takeArchive(
  { path, format }: { path?: string; format: 'tar' | 'zip' },
  ports: SourcePorts,
): Promise<Snapshot> {
  if (path === undefined) return await runWorker({ source: '-', kind: format, stdin: process.stdin.fd }, ports);
  const from = await existingPath(path, 'file');
  return await runWorker(
    { source: path, kind: format, mounts: [{ from, to: '/archive', access: 'read' }], asOwnerOf: from },
    ports,
  );
}
