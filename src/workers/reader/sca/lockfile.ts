import type { Sink } from '../adapter.js';
import { statesNoDependency } from './empty-lockfile.js';

/** Files that a tool reads beside another and never names. */
const COMPANIONS = /(^|\/)go\.sum$/;

/**
 * Records as unread each handed file of which the tool's report lists no package, unless the file plainly states none.
 * The tools tell of a lockfile that they could not parse on their log alone, with the exit code of a good run.
 */
export function accountForFiles(sink: Sink, listed: ReadonlySet<string>): void {
  for (const { name } of sink.files) {
    if (listed.has(name) || COMPANIONS.test(name) || statesNoDependency(name, sink.text(name))) continue;
    sink.unread({
      path: name,
      reason: 'unsupported',
      detail: 'the tool lists no package of this file: it could not be parsed, or its form is not supported',
    });
  }
}

/** The name of a file as the step knows it, from the path in a report: absolute below the source folder, or relative. */
export const nameInView = (path: string): string => path.replace(/^\/src\/view\//, '').replace(/^(\.?\/)+/, '');
