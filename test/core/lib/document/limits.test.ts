import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { DOCUMENT_LIMITS } from '../../../../src/core/lib/document/limits.js';
import { readDocument } from '../../../../src/core/lib/document/read.js';
import { problemsFrom, readAny } from './refused.js';

const messages = (input: string | Uint8Array, format: 'json' | 'yaml') =>
  problemsFrom(() => readAny(input, format)).map(({ message }) => message);

const FORMATS = ['json', 'yaml'] as const;

describe.each(FORMATS)('limits of %s', (format) => {
  it('size', () => {
    const message = '1048577 bytes: expected at most 1048576';
    expect(messages(`"${'x'.repeat(DOCUMENT_LIMITS.bytes - 1)}"`, format)).toEqual([message]);
    expect(messages(Buffer.alloc(DOCUMENT_LIMITS.bytes + 1, 0x20), format)).toEqual([message]);
    expect(messages('é'.repeat(DOCUMENT_LIMITS.bytes / 2 + 1), format)[0]).toMatch(/^1048578 bytes/);
  });

  it('nesting', () => {
    const nested = (open: string, close: string, depth: number) => open.repeat(depth) + close.repeat(depth);
    expect(() => readAny(nested('[', ']', DOCUMENT_LIMITS.depth), format)).not.toThrow();
    const message = ['nested deeper than 32 levels'];
    expect(messages(nested('[', ']', DOCUMENT_LIMITS.depth + 1), format)).toEqual(message);
    expect(messages(nested('[', ']', 100_000), format)).toEqual(message);
    expect(messages(nested('{"a":', '}', 100_000), format)).toEqual(message);
    expect(messages('['.repeat(100_000), format)).toEqual(message);
  });

  it('keys', () => {
    const mapping = (keys: number) =>
      JSON.stringify(Object.fromEntries(Array.from({ length: keys }, (_, i) => [`k${i}`, 0])));
    expect(() => readAny(mapping(DOCUMENT_LIMITS.keys), format)).not.toThrow();
    expect(messages(mapping(DOCUMENT_LIMITS.keys + 1), format)).toEqual(['more than 10000 keys']);
    expect(messages(`[${'{"a":0},'.repeat(10_001)}0]`, format)).toEqual(['more than 10000 keys']);
  });

  it('length of a string or key', () => {
    const text = 'x'.repeat(DOCUMENT_LIMITS.string + 1);
    const message = 'a string of 65537 characters: expected at most 65536';
    expect(() => readAny(`["${text.slice(1)}"]`, format)).not.toThrow();
    expect(messages(`["${text}"]`, format)).toEqual([message]);
    expect(messages(`{"a": {"${text}": 1}}`, format)[0]).toMatch(format === 'json' ? message : /1024 chars|65537/);
  });

  it('what is not text', () => {
    expect(messages(Buffer.from([0x61, 0x0a, 0xff, 0xfe]), format)).toEqual(['not UTF-8']);
    expect(problemsFrom(() => readAny(Buffer.from([0x61, 0x0a, 0xc3, 0x28]), format))[0]?.line).toBe(2);
    expect(messages(Buffer.from('\ufeff{"a": 1}', 'utf16le'), format)).toEqual(['not UTF-8']);
    expect(messages('"a\0b"', format)).toEqual(['a NUL character: not a text file']);
    expect(messages('"a\ud800b"', format)).toEqual(['half of a surrogate pair: not valid Unicode']);
  });

  it('number of problems listed', () => {
    const prototype = `[${'{"__proto__":0},'.repeat(500)}0]`;
    const listed = messages(prototype, format);
    expect(listed).toHaveLength(DOCUMENT_LIMITS.problems + 1);
    expect(listed.at(-1)).toBe('and 400 more problems');
  });
});

describe('bombs', () => {
  it('of values', () => {
    expect(messages(`[${'0,'.repeat(200_000)}0]`, 'json')).toEqual(['more than 100000 values']);
    expect(messages(`[${'0,'.repeat(200_000)}0]`, 'yaml')).toEqual(['more than 200000 tokens']);
  });

  it('of aliases', () => {
    const levels = Array.from({ length: 20 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]\n`);
    expect(messages(`a0: &a0 lol\n${levels.join('')}`, 'yaml')[0]).toBe('anchors (`&…`) are not accepted');
  });

  const million = (piece: string) => piece.repeat(DOCUMENT_LIMITS.bytes / piece.length);

  it.each([
    '[',
    '{',
    '- ',
    '? ',
    'a: ',
    '{a: ',
    '[? ',
    "a: '\n",
    '- |\n',
    '[,',
    '&a ',
    '!a ',
    '*a ',
    '%a\n',
    '---\n',
    '"\n',
    ': ',
  ])('of a megabyte of %j are refused, and soon', (piece) => {
    const start = performance.now();
    expect(messages(million(piece), 'yaml')).not.toHaveLength(0);
    // Measured: at most 2 s. Without the limit on tokens the worst take over 20 s.
    expect(performance.now() - start).toBeLessThan(15_000);
  });
});

describe('messages', () => {
  it.each([Buffer.alloc(DOCUMENT_LIMITS.bytes + 1), Buffer.from([0xff]), '{'])('neutralise the file name', (input) => {
    const options = { file: 'a\u001b[31mb', code: 'policy', schema: z.unknown() } as const;
    expect(problemsFrom(() => readDocument(input, options))[0]?.file).toBe('a\\u{1b}[31mb');
  });

  const schema = z.strictObject({ level: z.enum(['high', 'low']) });
  const long = `\u202e${'A'.repeat(500)}`;

  it.each([
    `{"level": "${long}"}`,
    `{"${long}": 1}`,
    `{"level": ["${long}"]}`,
    `{"level": ${'9'.repeat(400)}}`,
    `{"a": 1, "a${long}": 1, "a${long}": 2}`,
  ])('echo little of the document and nothing that a terminal obeys', (text) => {
    for (const format of FORMATS) {
      const found = problemsFrom(() => readDocument(text, { file: 'a\u001bb', code: 'policy', schema, format }));
      for (const problem of found) {
        expect(JSON.stringify(problem)).not.toMatch(/A{61}|9{61}|\u202e|\u001b|\\u001b/);
      }
    }
  });
});
