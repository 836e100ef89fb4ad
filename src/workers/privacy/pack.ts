import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { Entity } from './detector.js';

/** The pack cannot prove the detectors. The message names files and label ids, never what is in them. */
export class PackError extends Error {
  override readonly name = 'PackError';
}

const ENTITIES = ['email', 'phone', 'payment-card', 'iban', 'us-ssn'] as const satisfies readonly Entity[];
const position = z.int().min(1);

const label = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,63}$/)
    .describe('Names the label in error messages.'),
  file: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\.txt$/)
    .describe('A document in raw/.'),
  entity: z.enum(ENTITIES),
  line: position.describe('One-based.'),
  start: position.describe('First column, one-based, in UTF-16 code units.'),
  end: position.describe('Column after the last one.'),
});

/** The form of `labels.json`. */
export const labelsFile = z.strictObject({ schemaVersion: z.literal(1), labels: z.array(label).min(1).max(10_000) });

export type Label = z.infer<typeof label>;

export interface FixtureDocument {
  name: string;
  bytes: Buffer;
}

/** Synthetic documents with known answers: `raw` holds the labelled values, `clean` none. */
export interface Pack {
  raw: FixtureDocument[];
  clean: FixtureDocument[];
  labels: Label[];
}

/** Reads a pack: `labels.json`, `raw/*.txt`, `clean/*.txt`. Throws `PackError` when it is missing or malformed. */
export function readPack(folder: string | undefined): Pack {
  if (folder === undefined) throw new PackError('privacy pack missing');
  const labels = readLabels(join(folder, 'labels.json'));
  const pack = { raw: documents(folder, 'raw'), clean: documents(folder, 'clean'), labels };
  const names = new Set(pack.raw.map(({ name }) => name));
  const stray = labels.find(({ file }) => !names.has(file));
  if (stray !== undefined)
    throw new PackError(`privacy pack: label ${stray.id} names raw/${stray.file}, which is not there`);
  if (new Set(labels.map(({ id }) => id)).size < labels.length)
    throw new PackError('privacy pack: two labels have the same id');
  return pack;
}

function readLabels(path: string): Label[] {
  const parsed = labelsFile.safeParse(parseJson(readOrThrow(() => readFileSync(path, 'utf8'), 'labels.json')));
  if (parsed.success) return parsed.data.labels;
  const where = parsed.error.issues.map(({ path: place, code }) => `${place.join('.') || 'document'} (${code})`);
  throw new PackError(`privacy pack: labels.json is not valid at ${where.slice(0, 5).join(', ')}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the document.
    throw new PackError('privacy pack: labels.json is not JSON');
  }
}

function documents(folder: string, kind: 'raw' | 'clean'): FixtureDocument[] {
  const names = readOrThrow(() => readdirSync(join(folder, kind)), `${kind}/`).filter((name) => name.endsWith('.txt'));
  if (names.length === 0) throw new PackError(`privacy pack: no document in ${kind}/`);
  return names
    .sort()
    .map((name) => ({ name, bytes: readOrThrow(() => readFileSync(join(folder, kind, name)), `${kind}/${name}`) }));
}

function readOrThrow<T>(read: () => T, name: string): T {
  try {
    return read();
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'error';
    throw new PackError(`privacy pack missing: ${name} cannot be read (${code})`, { cause });
  }
}
