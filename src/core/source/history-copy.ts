import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GIT_ENV, GIT_OPTIONS, gitFor } from './git.js';
import { formatOf, type ObjectFormat } from './git-objects.js';
import { demandExit, type JobPorts, runJob, type SourceJob } from './jobs.js';
import type { Repository } from './repository.js';

export interface CopyRequest {
  repository: Repository;
  /** Host folder as whose owner the repository is read. */
  owner: string;
  commit: string;
  /** Bytes that the copy may have. */
  maxBytes: number;
}

/** The folder of the copy below the scratch folder, and its pack. */
const COPY = 'history.git';
const PACK = `${COPY}/objects/pack/pack-history`;

/** What a hostile repository could bring to name fewer objects than are reachable stays out: bitmaps, graphs, grafts. */
const PACK_OBJECTS = ['pack-objects', '--revs', '--stdout', '--quiet', '--no-use-bitmap-index', '--no-sparse'];

/**
 * Copies all that is reachable from a commit into a bare repository of our own: no hooks, alternates, grafts, attributes
 * or configuration but ours come with it, and each object has the id of its content, since the copy's index is made from
 * the contents. Returns its folder. Throws `Fault` code `snapshot`, also for an object that is not there.
 */
export async function copyHistory({ repository, owner, commit, maxBytes }: CopyRequest, ports: JobPorts) {
  const format = formatOf(commit);
  const folder = await layOut(join(ports.scratch, COPY), format);
  const git = gitFor(ports, repository, owner);
  // The copy lives for one run: looking for smaller deltas would cost more than it saves.
  const args = [...PACK_OBJECTS, '--window=0'];
  const pack = { id: 'history-pack', args, input: `${commit}\n`, output: `${PACK}.pack`, maxOutput: maxBytes };
  await chmod(await git.run(pack), 0o444);
  await indexPack(format, ports);
  return folder;
}

async function layOut(folder: string, format: ObjectFormat): Promise<string> {
  for (const name of ['', 'refs', 'objects', 'objects/pack']) {
    await mkdir(join(folder, name));
    await chmod(join(folder, name), 0o755);
  }
  const version = format === 'sha1' ? 'repositoryformatversion = 0' : 'repositoryformatversion = 1';
  const extension = format === 'sha1' ? '' : '[extensions]\n\tobjectFormat = sha256\n';
  await writeText(join(folder, 'config'), `[core]\n\t${version}\n\tbare = true\n${extension}`);
  await writeText(join(folder, 'HEAD'), 'ref: refs/heads/scan\n');
  return folder;
}

async function indexPack(format: ObjectFormat, ports: JobPorts): Promise<void> {
  const out = join(ports.scratch, 'history-index');
  await mkdir(out);
  const job = indexJob(format, out, ports);
  await demandExit(job, await runJob(ports, job));
  const to = join(ports.scratch, `${PACK}.idx`);
  await rename(join(out, 'pack.idx'), to);
  await chmod(to, 0o444);
}

/** git reads a pack made from hostile objects here: it sees that pack and nothing else. */
function indexJob(format: ObjectFormat, out: string, { scratch }: JobPorts): SourceJob {
  const args = ['-c', 'pack.writeReverseIndex=false', 'index-pack', `--object-format=${format}`];
  return {
    id: 'history-index',
    substrate: 'git',
    args: [...GIT_OPTIONS, ...args, '-o', '/out/pack.idx', '/pack/pack-history.pack'],
    env: { ...GIT_ENV, GIT_DIR: '/nonexistent' },
    mounts: [
      { from: dirname(join(scratch, PACK)), to: '/pack', access: 'read' },
      { from: out, to: '/out', access: 'write' },
    ],
    cwd: '/',
    stdout: join(scratch, 'history-index.out'),
    stderr: join(scratch, 'history-index.err'),
    limits: { outputBytes: 2 ** 31, logBytes: 2 ** 20 },
  };
}

/** Writes a file of the copy that jobs may read, whatever the umask. */
export async function writeText(path: string, text: string): Promise<void> {
  await writeFile(path, text, { flag: 'wx' });
  await chmod(path, 0o444);
}
