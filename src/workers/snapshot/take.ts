import { lstatSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOf, isAtOrBelow, type RawPath } from '../../core/source/names.js';
import type { SnapshotRequest } from '../../core/source/protocol.js';
import { takeBlobs } from './blobs.js';
import { Collection } from './collect.js';
import { sourceError } from './faulty.js';
import { type Stores, takeFolder } from './folder.js';
import { readGitLists, takenTreeId } from './git-lists.js';
import { judgeLinks, withFolders } from './links.js';
import { outputOf, refuseTracked } from './output.js';
import { givenPlaces, type Places } from './places.js';
import { RefusedSource } from './refused.js';
import { Store } from './store.js';
import { takeTar } from './tar.js';
import { indexOf, writeIndex } from './write-index.js';
import { takeZip } from './zip.js';

/**
 * Takes the snapshot that `/in/request.json` asks for, its files below `/files` and its index into `/out`. A source over its
 * caps leaves an index that says so; any other failure throws.
 */
export async function takeSource(places: Places = givenPlaces(process.argv.slice(2))): Promise<void> {
  // Files are to be readable by the steps whatever umask the operator has.
  process.umask(0o022);
  // The orchestrator wrote this file for this very worker.
  const request = JSON.parse(readFileSync(join(places.input, 'request.json'), 'utf8')) as SnapshotRequest;
  const index = join(places.output, 'index.jsonl');
  try {
    const { lines, end } = await collect(request, places);
    writeIndex(index, lines, end);
  } catch (error) {
    if (!(error instanceof RefusedSource)) throw error;
    writeIndex(index, [], { type: 'refused', why: error.why, message: error.message, remedy: error.remedy });
  }
}

async function collect(request: SnapshotRequest, places: Places) {
  const into = new Collection(request);
  const stores: Stores = {
    general: new Store(join(places.files, 'general'), request.format),
    sensitive: new Store(join(places.files, 'sensitive'), request.format),
  };
  // Each is a mount of steps by itself, also when it is empty.
  for (const { root } of Object.values(stores)) mkdirSync(root, { recursive: true, mode: 0o755 });
  const lists = readGitLists(request, places.input);
  refuseTracked(request, lists);
  const present = await take(request, places, into, { stores, lists });
  judgeLinks(into, existsIn(into, places));
  for (const { path, lfsPointer } of into.taken) {
    if (lfsPointer) into.note(path, 'lfs-pointer', 'a Git LFS pointer; the file itself is elsewhere');
  }
  return indexOf(into, request.git ? takenTreeId(into.taken, lists, present, request) : undefined);
}

/** Returns the submodules whose place in the tree is held. */
async function take(
  request: SnapshotRequest,
  places: Places,
  into: Collection,
  { stores, lists }: { stores: Stores; lists: ReturnType<typeof readGitLists> },
): Promise<ReadonlySet<RawPath>> {
  switch (request.kind) {
    case 'folder':
      return await takeFolder(places.source, lists, into, stores);
    case 'blobs':
      return await takeBlobs(places.input, into, stores);
    case 'tar':
      await takeTar(request.stdin ? 0 : places.archive, places.files, into, stores);
      return new Set();
    case 'zip':
      await takeZip(places.archive, places.files, into, stores);
      return new Set();
  }
}

/** Whether a path that was not taken is there all the same. */
function existsIn({ request, passed }: Collection, places: Places): (path: RawPath) => boolean {
  if (request.kind !== 'folder') {
    const there = withFolders(passed);
    return (path) => there.has(path);
  }
  const output = outputOf(request);
  // The output folder counts as there, also before the first run makes it: no run may change what the next one says.
  return (path) =>
    (output !== undefined && (isAtOrBelow(output, path) || isAtOrBelow(path, output))) || isThere(places.source, path);
}

function isThere(root: string, path: RawPath): boolean {
  try {
    lstatSync(Buffer.concat([Buffer.from(`${root}/`), bytesOf(path)]));
    return true;
  } catch (error) {
    return !['ENOENT', 'ENOTDIR'].includes(sourceError(error));
  }
}
