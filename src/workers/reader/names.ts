import type { InputFile } from '../lib/protocol.js';

/** The folder of what an installed tool sees (src/core/runtime/view.ts). */
const VIEW = 'view/';

/** Under which names a report may speak of a file: an installed tool knows its view alone, a worker both of its names. */
export function namesOf(file: InputFile): string[] {
  if (file.link !== undefined) return [file.path];
  return file.at.startsWith(VIEW) ? [file.at.slice(VIEW.length)] : [file.at, file.path];
}

/** A path of a report without what stands before the source folder. What it resolves to is checked against the snapshot. */
export const reportedName = (path: string): string =>
  path
    .replace(/^file:\/\//, '')
    .replace(/^\/src\/view\//, '')
    .replace(/^\/src\//, '')
    .replace(/^(\.\/)+/, '');
