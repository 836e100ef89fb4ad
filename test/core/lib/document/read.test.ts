import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readDocument } from '../../../../src/core/lib/document/read.js';
import { Refusal } from '../../../../src/core/lib/errors.js';
import { problemsFrom } from './refused.js';

const schema = z.strictObject({
  name: z.string().max(5),
  level: z.enum(['high', 'low']).optional(),
  amount: z.int().min(1).max(9).optional(),
  tags: z.array(z.union([z.string(), z.strictObject({ id: z.string(), category: z.string().optional() })])).optional(),
  kind: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.literal('alpha'), size: z.int() }),
      z.strictObject({ type: z.literal('beta') }),
    ])
    .optional(),
  labels: z.record(z.string().regex(/^[a-z]+$/, { error: 'expected small letters' }), z.string()).optional(),
});

const read = (text: string, file = 'm.yaml', unwrap?: string) =>
  readDocument(text, { file, code: 'manifest', schema, ...(unwrap === undefined ? {} : { unwrap }) });

const one = (text: string) => {
  const problems = problemsFrom(() => read(text));
  expect(problems).toHaveLength(1);
  return problems[0];
};

describe('a document that does not fit its schema', () => {
  it.each([
    [
      'unknown key',
      'name: a\nlevle: high\n',
      { line: 2, column: 1, path: 'levle', message: 'unknown key `levle`: did you mean `level`?' },
    ],
    ['key like no other', 'name: a\nzzzzzz: 1\n', { line: 2, message: 'unknown key `zzzzzz`' }],
    [
      'enum',
      'name: a\nlevel: hgih\n',
      { line: 2, column: 8, message: '`hgih`: did you mean `high`? expected one of `high`, `low`' },
    ],
    ['enum like none', 'name: a\nlevel: zzzz\n', { message: '`zzzz`: expected one of `high`, `low`' }],
    ['enum of another type', 'name: a\nlevel: 1\n', { message: 'found a number: expected one of `high`, `low`' }],
    ['missing key', 'level: low\n', { line: 1, column: 1, path: 'name', message: 'missing: expected a string' }],
    [
      'number for text',
      'name: 1.10\n',
      { column: 7, message: 'found a number: expected a string', remedy: 'Put it in quotes.' },
    ],
    [
      'text for number',
      'name: a\namount: "3"\n',
      { message: 'found a string: expected a number', remedy: 'Write it without quotes.' },
    ],
    ['fraction', 'name: a\namount: 1.5\n', { message: 'found a number: expected a whole number' }],
    ['nothing', 'name:\n', { path: 'name', message: 'found nothing: expected a string' }],
    ['too small', 'name: a\namount: 0\n', { message: 'expected at least 1' }],
    ['too long', 'name: abcdef\n', { message: 'expected at most 5 characters' }],
    [
      'key inside an alternative',
      'name: a\ntags: [x, {id: b, catgory: z}]\n',
      { line: 2, column: 19, path: 'tags[1].catgory', message: 'unknown key `catgory`: did you mean `category`?' },
    ],
    [
      'no alternative',
      'name: a\ntags: [5]\n',
      { path: 'tags[0]', message: 'found a number: expected a string, or a mapping' },
    ],
    [
      'discriminator',
      'name: a\nkind: {type: alhpa}\n',
      { path: 'kind.type', message: '`alhpa`: did you mean `alpha`? expected one of `alpha`, `beta`' },
    ],
    [
      'no discriminator',
      'name: a\nkind: {}\n',
      { path: 'kind.type', message: 'missing: expected one of `alpha`, `beta`' },
    ],
    [
      'missing in an alternative',
      'name: a\nkind: {type: alpha}\n',
      { path: 'kind.size', message: 'missing: expected a number' },
    ],
    [
      'key of a record',
      'name: a\nlabels:\n  A-1: b\n',
      { line: 3, column: 3, path: 'labels.A-1', message: 'not a valid key: expected small letters' },
    ],
    ['not a mapping', '- a\n', { line: 1, column: 1, path: '', message: 'found a list: expected a mapping' }],
  ])('%s', (_, text, expected) => {
    expect(one(text)).toMatchObject({ file: 'm.yaml', ...expected });
  });

  it('is refused with every problem, in the order of the text', () => {
    const found = problemsFrom(() => read('level: hgih\namount: 10\ntags: [1]\nextra: 1\n'));
    expect(found.map(({ path }) => path)).toEqual(
      ['level', 'name', 'amount', 'tags[0]', 'extra'].sort((a, b) => order(a) - order(b)),
    );
  });

  it('keeps the code and gives one text with everything', () => {
    expect(() => read('name: 1\nextra: 2\n')).toThrow(Refusal);
    expect(() => read('name: 1\nextra: 2\n')).toThrow(/m\.yaml:1:7: name: [\s\S]*m\.yaml:2:1: extra: /);
  });

  it('names the keys that would fit', () => {
    expect(one('name: a\nzzzzzz: 1\n')?.remedy).toBe(
      'Known here: `name`, `level`, `amount`, `tags`, `kind`, `labels`.',
    );
  });
});

/** The missing `name` is reported where its mapping starts, which is where the first key is. */
const order = (path: string) => ['name', 'level', 'amount', 'tags[0]', 'extra'].indexOf(path);

describe('a wrapped document', () => {
  it('is read with or without its key', () => {
    expect(read('name: a\n', 'm.yaml', 'manifest')).toEqual({ name: 'a' });
    expect(read('manifest:\n  name: a\n', 'm.yaml', 'manifest')).toEqual({ name: 'a' });
  });

  it('has paths from the top', () => {
    const [problem] = problemsFrom(() => read('manifest:\n  name: 1\n', 'm.yaml', 'manifest'));
    expect(problem).toMatchObject({ line: 2, path: 'manifest.name' });
  });

  it('is not one when there are other keys, or when the reader does not say so', () => {
    expect(problemsFrom(() => read('manifest: {name: a}\nname: b\n', 'm.yaml', 'manifest'))[0]?.path).toBe('manifest');
    expect(problemsFrom(() => read('manifest: {name: a}\n')).map(({ path }) => path)).toContain('manifest');
  });
});

describe('the format', () => {
  it('is JSON for a .json file and YAML for others', () => {
    expect(problemsFrom(() => read('name: a\n', 'M.JSON'))[0]?.message).toMatch(/^expected a JSON value/);
    expect(read('{"name": "a"}', 'm.json')).toEqual({ name: 'a' });
    expect(read('{"name": "a"}', 'm.yaml')).toEqual({ name: 'a' });
    expect(read('{name: a}', '-')).toEqual({ name: 'a' });
  });
});
