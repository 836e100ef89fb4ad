import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { corpus, naughtyStrings } from './corpora.js';
import { accepts, problemsFrom, readAny } from './refused.js';

const refusal = (text: string) => problemsFrom(() => readAny(text, 'yaml'));

describe('YAML that is refused', () => {
  it.each([
    ['nothing', '', { line: 1, column: 1, message: 'the document is empty' }],
    ['a start mark only', '---\n', { message: 'the document is empty' }],
    ['an end mark only', '...\n', { message: 'the document is empty' }],
    ['comments only', '# a\n', { message: 'the document is empty' }],
    ['bad syntax', 'a: "b\n', { line: 2, message: 'not valid YAML: Missing closing "quote' }],
    ['tab as indentation', 'a:\n\tb: 1\n', { line: 2, message: 'not valid YAML: Tabs are not allowed as indentation' }],
    ['duplicate key', 'a: 1\nb: 2\n"a": 3\n', { line: 3, column: 1, message: 'the key `a` appears twice' }],
    ['duplicate key in flow', 'x: {a: 1, a: 2}', { column: 11, message: 'the key `a` appears twice' }],
    ['anchor', 'a: &x 1\n', { column: 7, message: 'anchors (`&…`) are not accepted' }],
    ['tag', 'a: !!int "1"\n', { column: 4, message: 'tags (`!…`) are not accepted' }],
    ['local tag', 'a: !x {b: 1}\n', { message: 'tags (`!…`) are not accepted' }],
    ['non-specific tag', 'a: ! b\n', { message: 'tags (`!…`) are not accepted' }],
    ['tag on nothing', 'a: !!null\n', { message: 'tags (`!…`) are not accepted' }],
    ['anchor on a key', '&x a: 1\n', { message: 'anchors (`&…`) are not accepted' }],
    ['anchor on the document', '--- &x\na: 1\n', { message: 'anchors (`&…`) are not accepted' }],
    ['merge key', 'a:\n  <<: {b: 1}\n', { line: 2, column: 3, message: 'merge keys (`<<`) are not accepted' }],
    ['directive', '%YAML 1.1\n---\na: yes\n', { message: 'directives (`%…`) are not accepted' }],
    ['second document', 'a: 1\n---\nb: 1\n', { line: 2, message: 'a second document in one file: expected one' }],
    ['second empty document', 'a: 1\n---\n', { message: 'a second document in one file: expected one' }],
    [
      'document after the end mark',
      'a: 1\n...\nb: 1\n',
      { line: 3, message: 'a second document in one file: expected one' },
    ],
    ['number as key', 'a: 1\n2: b\n', { line: 2, column: 1, message: 'a key that is not a string' }],
    ['boolean as key', 'true: b\n', { message: 'a key that is not a string' }],
    ['empty key', ': b\n', { message: 'a key that is not a string' }],
    ['list as key', '? [a]\n: b\n', { message: 'a key that is not a string' }],
    ['prototype key', 'a: {__proto__: {b: 1}}\n', { column: 5, message: 'the key `__proto__` is not accepted' }],
    ['integer beyond 2^53', 'a: 9007199254740993\n', { message: 'an integer beyond 2^53' }],
    ['number beyond a double', 'a: 1e999\n', { message: 'a number too large to hold' }],
    ['control character', 'a: "\u001b"\n', { column: 5, message: 'the character U+001B is not accepted' }],
    ['lone carriage return', 'a: b\rc: d\n', { column: 5, message: 'the character U+000D is not accepted' }],
    ['line separator', 'a: b\u2028c: d\n', { message: 'the character U+2028 is not accepted' }],
    ['byte-order mark inside', 'a: \ufeffb\n', { message: 'the character U+FEFF is not accepted' }],
  ])('%s', (_, text, expected) => {
    expect(refusal(text)).toEqual([expect.objectContaining({ file: 'document.yaml', ...expected })]);
  });

  it('aliases, bound or not', () => {
    expect(refusal('a: *x\n').map(({ message }) => message)).not.toHaveLength(0);
    expect(refusal('a: &x 1\nb: *x\n')[1]).toMatchObject({ line: 2, message: 'aliases (`*…`) are not accepted' });
  });

  it.each(['yes', 'No', 'on', 'OFF', 'y', 'N', '1_000', '0b11', '12:30:45', '190:20', '=', '+1_0.5'])(
    'what YAML 1.1 reads differently: %s',
    (plain) => {
      expect(refusal(`a: ${plain}\n`)[0]?.message).toBe(`\`${plain}\`: YAML 1.1 and YAML 1.2 read this differently`);
      expect(readAny(`a: "${plain}"\n`, 'yaml')).toEqual({ a: plain });
    },
  );

  it.each(['017', '0o17', '0x1F', '+1', '.5', '1.', '.inf', '-.Inf', '.nan'])(
    'a number outside the grammar of JSON: %s',
    (plain) => expect(refusal(`a: ${plain}\n`)[0]?.message).toMatch(/^`.*`: a number in a form that is not accepted$/),
  );

  it('names every problem, in the order of the text', () => {
    const lines = refusal('a: &x 1\nb: *x\n2: !!str c\na: yes\n<<: {}\n').map(({ line }) => line);
    expect(lines).toEqual([1, 2, 3, 3, 4, 4, 5]);
  });
});

describe('YAML that is read', () => {
  it('follows the core schema of YAML 1.2', () => {
    const text =
      "a: [1, -2.5e3, true, FALSE, null, ~, text, 2026-01-02, 1.2.3, a:b, \"\", 'it''s']\nb:\nc: |\n  x\n  y\n";
    const a = [1, -2500, true, false, null, null, 'text', '2026-01-02', '1.2.3', 'a:b', '', "it's"];
    expect(readAny(text, 'yaml')).toEqual({ a, b: null, c: 'x\ny\n' });
  });

  it('with a byte-order mark, a start mark, an end mark and Windows line ends', () => {
    expect(readAny('\ufeff---\r\na: 1\r\nb: x\r\n  y\r\n...\r\n', 'yaml')).toEqual({ a: 1, b: 'x y' });
  });

  it('is any JSON value, printed as YAML in any style', () => {
    const styles = fc.record({
      defaultStringType: fc.constantFrom('PLAIN' as const, 'QUOTE_DOUBLE' as const, 'BLOCK_LITERAL' as const),
      collectionStyle: fc.constantFrom('any' as const, 'block' as const, 'flow' as const),
    });
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), styles, (value, style) => {
        const text = stringify(value, { ...style, aliasDuplicateObjects: false });
        if (accepts(text, 'yaml')) expect(readAny(text, 'yaml')).toEqual(parse(text));
        else expect(refusal(text)[0]?.message).not.toMatch(/not valid YAML|empty/);
      }),
      { numRuns: 1000 },
    );
  });

  it('includes JSON, with the same result', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = JSON.stringify(value, null, 2);
        if (accepts(text, 'yaml')) expect(readAny(text, 'yaml')).toEqual(readAny(text, 'json'));
        else expect(refusal(text)[0]?.message).not.toMatch(/not valid YAML|YAML 1.1|empty/);
      }),
      { numRuns: 1000 },
    );
  });
});

interface Case {
  name: string;
  yaml: string;
  fail?: boolean;
  json?: string;
}

const suite = corpus('yaml/yaml-test-suite');

/** The suite shows characters that are hard to see as others (yaml-test-suite, ReadMe). */
const plainText = (text: string): string =>
  text
    .replace(/␣/g, ' ')
    .replace(/—*»/g, '\t')
    .replace(/⇔/g, '\ufeff')
    .replace(/←/g, '\r')
    .replace(/↵/g, '')
    .replace(/∎\n$/, '');

/** A file holds a case and variants of it, which take over what they do not state. */
function casesOf(file: string): Case[] {
  let last: Partial<Case> = {};
  return (parse(readFileSync(`${suite.path}/${file}`, 'utf8')) as Partial<Case>[]).map((part, index) => {
    const { fail: _, ...inherited } = last;
    last = { ...inherited, ...part };
    return { ...last, name: `${file} ${index}: ${last.name ?? ''}`, yaml: plainText(last.yaml ?? '') };
  });
}

const cases = suite.missing
  ? []
  : readdirSync(suite.path)
      .filter((name) => name.endsWith('.yaml'))
      .flatMap(casesOf);

describe.skipIf(suite.missing)(`yaml-test-suite (${suite.label})`, () => {
  it('is complete', () => expect(cases.length).toBeGreaterThan(350));

  it.each(cases.filter(({ fail }) => fail))('refuses $name', ({ yaml }) => {
    expect(problemsFrom(() => readAny(yaml, 'yaml'))).not.toHaveLength(0);
  });

  const sound = cases.filter(({ fail, json }) => !fail && json !== undefined);

  it.each(sound)('reads what is meant, or refuses $name', ({ yaml, json = '' }) => {
    const values = parseAllDocuments(json).map((document): unknown => document.toJS());
    if (accepts(yaml, 'yaml')) expect([readAny(yaml, 'yaml')]).toEqual(values);
  });

  it('reads most of the documents without what is refused on purpose', () => {
    const plain = sound.filter(({ yaml }) => !/[&*!%?]|^(---|\.\.\.)|<</m.test(yaml));
    const read = plain.filter(({ yaml }) => accepts(yaml, 'yaml'));
    expect(read.length / plain.length).toBeGreaterThan(0.9);
  });
});

const naughty = corpus('text/blns.json');

describe.skipIf(naughty.missing)(`naughty strings (${naughty.label})`, () => {
  it('come back as values', () => {
    // YAML takes some characters in their escaped form only.
    const escaped = (text: string) =>
      JSON.stringify(text).replace(
        /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
        (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );
    const text = naughtyStrings().map((value) => `- ${escaped(value)}\n`);
    expect(readAny(text.join(''), 'yaml')).toEqual(naughtyStrings());
  });

  it('never come back as something else when written plain', () => {
    for (const value of naughtyStrings()) {
      const text = `a: ${value}\n`;
      if (accepts(text, 'yaml')) expect(readAny(text, 'yaml')).toEqual(parse(text));
    }
  });
});
