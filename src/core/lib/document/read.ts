import type { z } from 'zod';
import type { RefusalCode } from '../errors.js';
import { parseJson } from './json.js';
import { type Described, validate } from './schema.js';
import { documentText } from './text.js';
import type { DocumentNode } from './tree.js';
import { parseYaml } from './yaml.js';

export interface ReadOptions<T> {
  /** As the operator named it; used in messages only. */
  file: string;
  code: RefusalCode;
  /** Must be strict at each level (`z.strictObject`). */
  schema: z.ZodType<T>;
  /** Default: JSON for a name that ends in `.json`, else YAML 1.2, which holds JSON too. */
  format?: 'json' | 'yaml';
  /** The document may also stand alone under this single top-level key, as Cue exports it. */
  unwrap?: string;
}

/**
 * Reads a JSON (RFC 8259) or YAML 1.2 (core schema) document strictly, within `DOCUMENT_LIMITS`, and validates it.
 * Throws a `Refusal` that lists every problem with file, line, column and document path: all of the text's, or, when
 * the text is sound, all of the schema's.
 */
export function readDocument<T>(input: string | Uint8Array, options: ReadOptions<T>): T {
  const { text, problems } = documentText(input, options);
  const format = options.format ?? (/\.json$/i.test(options.file) ? 'json' : 'yaml');
  const root = format === 'json' ? parseJson(text, problems) : parseYaml(text, problems);
  problems.check();
  return validate(options.schema, described(root, options.unwrap), problems);
}

function described(root: DocumentNode, key: string | undefined): Described {
  const inner = key !== undefined && root.kind === 'map' && root.entries.size === 1 ? root.entries.get(key) : undefined;
  return inner && key !== undefined ? { root, path: [key], value: inner.value } : { root, path: [], value: root };
}
