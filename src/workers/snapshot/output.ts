import { readdirSync } from 'node:fs';
import { bytesOf, type RawPath, rawOf } from '../../core/source/names.js';
import type { SnapshotRequest } from '../../core/source/protocol.js';
import { sourceError } from './faulty.js';
import type { GitLists } from './git-lists.js';
import { RefusedSource } from './refused.js';

/** Where unfinished runs are kept below the output folder. */
const UNFINISHED = '.incomplete';
const REMEDY = 'Give another with --export-dir.';

/** The folder that runs write to, when it lies in the source. */
export const outputOf = ({ outputFolder }: SnapshotRequest): RawPath | undefined =>
  outputFolder === undefined ? undefined : rawOf(Buffer.from(outputFolder, 'utf8'));

/** What git tracks is never taken for output: it would be hidden from the tools. Throws `RefusedSource`. */
export function refuseTracked(request: SnapshotRequest, lists: GitLists): void {
  const output = outputOf(request);
  if (output !== undefined && lists.holds(output))
    throw new RefusedSource('the export folder holds files that git tracks', REMEDY);
}

/**
 * Demands that an output folder holds nothing but the folder of this very run, which was made a moment ago. Where no
 * git tells what belongs to the source, anything else may have come with it. Throws `RefusedSource`.
 */
export function demandOwn(root: RawPath, output: RawPath): void {
  const names = namesIn(`${root}/${output}`);
  const runs = namesIn(`${root}/${output}/${UNFINISHED}`);
  if (names.every((name) => name === UNFINISHED) && runs.length <= 1) return;
  throw new RefusedSource("the export folder holds files, and no commit tells that they are not the source's", REMEDY);
}

function namesIn(folder: RawPath): RawPath[] {
  try {
    return readdirSync(bytesOf(folder), 'buffer').map(rawOf);
  } catch (error) {
    if (sourceError(error) === 'ENOENT') return [];
    throw new RefusedSource('the export folder cannot be listed', REMEDY);
  }
}
