import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { globMatcher } from '../../../../src/core/lib/paths.js';
import { toolSchema } from '../../../../src/core/plan/tool.js';
import { standIn } from '../../../../src/core/source/tool-names.js';

export interface Recorded {
  report: unknown;
  /** Names of the files of the positive fixture as the tool saw them, and their content. */
  files: string[];
  texts: Record<string, Buffer>;
}

/** The report that a tool left for its positive fixture, and what it was given. */
export function recordedOf(id: string): Recorded {
  const home = join(import.meta.dirname, '../../../tools', id);
  const texts = viewOf(id, join(home, 'positive'));
  return { report: JSON.parse(readFileSync(join(home, 'report.json'), 'utf8')), files: Object.keys(texts), texts };
}

function viewOf(id: string, tree: string): Record<string, Buffer> {
  const { appliesTo, neutralise } = toolSchema.parse(parse(readFileSync(join('tools', `${id}.yaml`), 'utf8')));
  const [applies, steers] = [globMatcher(appliesTo.files), globMatcher(neutralise, true)];
  const found = readdirSync(tree, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = found.map(({ parentPath, name }) => join(parentPath, name).slice(tree.length + 1)).filter(applies);
  const seenAs = (path: string) => (neutralise.length > 0 && steers(path) ? stoodIn(path) : path);
  return Object.fromEntries(paths.sort().map((path) => [seenAs(path), readFileSync(join(tree, path))]));
}

function stoodIn(path: string): string {
  const slash = path.lastIndexOf('/') + 1;
  return path.slice(0, slash) + standIn(Buffer.from(path.slice(slash)).toString('latin1'));
}
