import * as z from 'zod';
import { didYouMean } from '../suggest.js';
import type { Problems } from './problems.js';
import { type DocumentNode, keyOffsetOf, offsetOf, pathText, plainValue } from './tree.js';

type Issue = z.core.$ZodIssue;

/** A document, and the part of it that the schema describes. */
export interface Described {
  root: DocumentNode;
  /** Where that part is in the document. */
  path: readonly PropertyKey[];
  value: DocumentNode;
}

/** The part's value by the schema. Adds a located problem for everything that does not fit, then throws. */
export function validate<T>(schema: z.ZodType<T>, { root, path, value }: Described, problems: Problems): T {
  const known = new WeakMap<object, string[]>();
  const result = schema.safeParse(plainValue(value), {
    reportInput: true,
    // An empty message marks those that are worded below; a schema's own message stays.
    error: (issue) => {
      if (issue.code === 'unrecognized_keys' && issue.inst instanceof z.ZodObject && isObject(issue.input)) {
        known.set(issue.input, [...(known.get(issue.input) ?? []), ...Object.keys(issue.inst.shape)]);
      }
      return '';
    },
  });
  if (result.success) return result.data;
  for (const issue of result.error.issues.flatMap((found) => resolveUnion(found, path))) {
    report(issue, root, problems, known);
  }
  problems.check();
  throw new Error('a schema refused a document without a reason', { cause: result.error });
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Replaces a union's issue by those of the alternative that was most likely meant; paths become absolute. */
function resolveUnion(issue: Issue, prefix: readonly PropertyKey[]): Issue[] {
  const path = [...prefix, ...issue.path];
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [{ ...issue, path }];
  const meant = issue.errors
    .filter((issues) => !issues.some((i) => i.path.length === 0 && isMismatch(i)))
    .sort((a, b) => a.length - b.length)[0];
  return meant ? meant.flatMap((inner) => resolveUnion(inner, path)) : [{ ...issue, path }];
}

const isMismatch = (issue: Issue): boolean => issue.code === 'invalid_type' || issue.code === 'invalid_value';

function report(issue: Issue, root: DocumentNode, problems: Problems, known: WeakMap<object, string[]>): void {
  if (issue.code === 'unrecognized_keys') {
    reportKeys(issue, root, problems, known);
  } else if (issue.code === 'invalid_key') {
    const offset = keyOffsetOf(root, issue.path.slice(0, -1), String(issue.path.at(-1)));
    const reason = issue.issues.map(wording).join('; ');
    problems.add(offset, `not a valid key: ${reason}`, { path: pathText(issue.path) });
  } else {
    const remedy = remedyOf(issue);
    const details = { path: pathText(issue.path), ...(remedy === undefined ? {} : { remedy }) };
    problems.add(offsetOf(root, issue.path), wording(issue), details);
  }
}

function reportKeys(
  issue: z.core.$ZodIssueUnrecognizedKeys,
  root: DocumentNode,
  problems: Problems,
  known: WeakMap<object, string[]>,
): void {
  const candidates = [...new Set((issue.input && known.get(issue.input)) ?? [])];
  const remedy = candidates.length > 0 ? { remedy: `Known here: ${wordList(candidates)}.` } : {};
  for (const key of issue.keys) {
    const details = { path: pathText([...issue.path, key]), ...remedy };
    problems.add(keyOffsetOf(root, issue.path, key), `unknown key ${didYouMean(key, candidates)}`, details);
  }
}

const wordList = (words: readonly unknown[]): string => words.map((word) => `\`${String(word)}\``).join(', ');

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: '`true` or `false`',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

const UNITS: Readonly<Record<string, string>> = { string: ' characters', array: ' entries', object: ' keys' };

/** What was expected. Echoes of the document only a word that should have been one of a closed list: values can be secrets. */
function wording(issue: Issue): string {
  if (issue.message !== '') return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return `${issue.input === undefined ? 'missing' : `found ${typeName(issue.input)}`}: expected ${expected(issue)}`;
    case 'invalid_value':
      return valueWording(issue.values, issue.input);
    case 'invalid_union':
      return 'options' in issue && issue.options
        ? valueWording(issue.options, discriminatorOf(issue))
        : `found ${typeName(issue.input)}: expected ${[...new Set(issue.errors.flat().map(expected))].join(', or ')}`;
    case 'too_big':
      return `expected ${bound(issue.exact, 'at most')} ${issue.maximum}${UNITS[issue.origin] ?? ''}`;
    case 'too_small':
      return `expected ${bound(issue.exact, 'at least')} ${issue.minimum}${UNITS[issue.origin] ?? ''}`;
    case 'invalid_format':
      return `expected text in the form of ${issue.pattern ?? issue.format}`;
    case 'not_multiple_of':
      return `expected a multiple of ${issue.divisor}`;
    default:
      return 'not a valid value';
  }
}

const bound = (exact: boolean | undefined, limit: string): string => (exact ? 'exactly' : limit);

function discriminatorOf(issue: z.core.$ZodIssueInvalidUnion): unknown {
  return isObject(issue.input) && issue.discriminator !== undefined
    ? Object.getOwnPropertyDescriptor(issue.input, issue.discriminator)?.value
    : undefined;
}

function expected(issue: Issue): string {
  if (issue.code === 'invalid_type') return TYPE_NAMES[issue.expected] ?? issue.expected;
  if (issue.code === 'invalid_value') return wordList(issue.values);
  return wording(issue);
}

function valueWording(values: readonly unknown[], input: unknown): string {
  if (input === undefined) return `missing: expected ${values.length > 1 ? 'one of ' : ''}${wordList(values)}`;
  const found = typeof input === 'string' ? didYouMean(input, values.map(String)) : `found ${typeName(input)}`;
  return `${found}${found.endsWith('?') ? '' : ':'} expected ${values.length > 1 ? 'one of ' : ''}${wordList(values)}`;
}

function typeName(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'boolean' ? 'true or false' : (TYPE_NAMES[typeof value] ?? typeof value);
}

function remedyOf(issue: Issue): string | undefined {
  if (issue.code !== 'invalid_type') return undefined;
  if (issue.expected === 'string' && /^(?:number|boolean)$/.test(typeof issue.input)) return 'Put it in quotes.';
  return issue.expected !== 'string' &&
    typeof issue.input === 'string' &&
    /^(?:number|int|boolean)$/.test(issue.expected)
    ? 'Write it without quotes.'
    : undefined;
}
