import { parseJson } from '../lib/document/json.js';
import { fileName, position } from '../lib/document/problems.js';
import { validate } from '../lib/document/schema.js';
import { documentText } from '../lib/document/text.js';
import { offsetOf, pathText } from '../lib/document/tree.js';
import { parseYaml } from '../lib/document/yaml.js';
import type { Problem } from '../lib/errors.js';
import type { NamedDocument } from '../lib/named-document.js';
import { type WaiverEntry, waiversSchema } from './entry.js';

/** Where in a document a problem is. */
export type Place = Pick<Problem, 'file' | 'line' | 'column' | 'path'>;

/** A waiver file that is well formed; nobody has looked at its signatures. */
export interface WaiverFile {
  entries: readonly WaiverEntry[];
  /** Where a part of the document stands; of the innermost part that exists, if it names something absent. */
  locate(path: readonly PropertyKey[]): Place;
}

export const isJsonFile = (file: string): boolean => /\.json$/i.test(file);

/** Reads a waiver file strictly: JSON for a name that ends in `.json`, else YAML. Throws `Refusal` code `waivers` with every problem. */
export function readWaivers({ file, text: input }: NamedDocument): WaiverFile {
  const { text, problems } = documentText(input, { file, code: 'waivers' });
  const root = isJsonFile(file) ? parseJson(text, problems) : parseYaml(text, problems);
  problems.check();
  const { waivers } = validate(waiversSchema, { root, path: [], value: root }, problems);
  return {
    entries: waivers,
    locate: (path) => ({
      file: fileName(file),
      ...position(text, offsetOf(root, path)),
      path: pathText(path),
    }),
  };
}
