import { takeArchive } from './archive.js';
import { takeCommit } from './commit.js';
import { FETCHED_REF, fetchRepository } from './fetch.js';
import { takeFolder } from './folder.js';
import type { SourcePorts } from './jobs.js';
import type { Snapshot, SourceRequest } from './snapshot.js';

/**
 * Copies the source, hashing each file once. Nothing of the source is executed and none of its configuration obeyed:
 * git runs as plumbing in the sandbox, everything else is read by the snapshot worker there. Throws `Refusal` code
 * `source` for a source that cannot or must not be read, `Fault` code `snapshot` when taking it fails or it exceeds a cap.
 */
export async function takeSnapshot(source: SourceRequest, ports: SourcePorts): Promise<Snapshot> {
  switch (source.kind) {
    case 'folder':
      return {
        ...(await takeFolder(source.path, source.allowGitDir ?? false, ports)),
        repository: repositoryOf(source),
      };
    case 'git': {
      if (source.url === undefined) return { ...(await takeCommit(source, ports)), repository: repositoryOf(source) };
      const { url, ref } = source;
      const path = await fetchRepository(url, ref, ports);
      const snapshot = await takeCommit({ path, ref: FETCHED_REF, source: `${url}#${ref}` }, ports);
      return { ...snapshot, origin: url, repository: repositoryOf({ path }) };
    }
    case 'archive':
      return await takeArchive(source, ports);
    case 'stdin':
      return await takeArchive({ format: 'tar' }, ports);
  }
}

const repositoryOf = ({ path, allowGitDir = false }: { path: string; allowGitDir?: boolean }) => ({
  path,
  allowGitDir,
});
