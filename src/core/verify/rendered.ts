import * as z from 'zod';
import { canonicalJson } from '../lib/canonical.js';
import { MAX_DOCUMENT, parseCanonical } from './document.js';
import { type BundleFolder, textOf } from './folder.js';
import { Unsound } from './problems.js';

/** Holds a document against what it is when it is rendered again. Throws `Unsound` with the first member that differs. */
export async function compare(folder: BundleFolder, path: string, expected: object): Promise<void> {
  const text = await textOf(folder, path, MAX_DOCUMENT);
  if (text === canonicalJson(expected)) return;
  const found = parseCanonical(text, z.unknown());
  const wrong = Object.entries(expected).find(([name, value]) => formOf(memberOf(found, name)) !== formOf(value));
  const what = wrong === undefined ? 'it' : `\`${wrong[0]}\``;
  throw new Unsound(`${what} is not what findings, plan and outcomes give when it is computed again`);
}

const formOf = (value: unknown): string | undefined => (value === undefined ? undefined : canonicalJson(value));

const memberOf = (value: unknown, name: string): unknown =>
  Object.entries(Object(value)).find(([key]) => key === name)?.[1];
