import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../../../src/workers/sbom/json.js';
import { type Located, Malformed } from '../../../src/workers/sbom/located.js';
import { parseXml } from '../../../src/workers/sbom/xml.js';
import { parseYaml } from '../../../src/workers/sbom/yaml.js';
import { list } from './run.js';

/** The plain value again, with maps as lists of entries, for `__proto__` is a key too. */
function plain({ value }: Located): unknown {
  if (value instanceof Map) return [...value].map(([key, child]) => [key, plain(child)]);
  return Array.isArray(value) ? value.map(plain) : value;
}

function entries(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(entries);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value).map(([key, child]) => [key, entries(child)]);
}

describe('JSON', () => {
  it('has the values of the engine’s own parser, however it is laid out', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, '\t', '\r\n  '), (value, space) => {
        const text = JSON.stringify(value, null, typeof space === 'string' ? '\t' : space);
        const laidOut = space === '\r\n  ' ? text.replaceAll('\n', '\r\n') : text;
        expect(plain(parseJson(laidOut))).toEqual(entries(JSON.parse(laidOut)));
      }),
    );
  });

  it('is refused or read, and never hangs or throws another error', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[]":,\\ \n01.eE+-truefalsn') }), (text) => {
        try {
          parseJson(text);
        } catch (error) {
          expect(error).toBeInstanceOf(Malformed);
        }
      }),
    );
  });

  it('gives each key its line', () => {
    const lines = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(lines, (keys) => {
        const text = `{\n${keys.map((key) => `${JSON.stringify(key)}: [\n1]`).join(',\n')}}`;
        const { value } = parseJson(text);
        const found = value instanceof Map ? [...value].map(([, node]) => node.line) : [];
        expect(found).toEqual(keys.map((_, index) => 2 + 2 * index));
      }),
    );
  });
});

describe('YAML and XML', () => {
  it('values are text, and maps are in order', () => {
    const text = 'a: 1.10\nb: {c: yes, d: null}\n? e\n: [2024-01-01, !!int 3]\n"<<": x\n';
    expect(plain(parseYaml(text))).toEqual([
      ['a', '1.10'],
      [
        'b',
        [
          ['c', 'yes'],
          ['d', 'null'],
        ],
      ],
      ['e', ['2024-01-01', '3']],
      ['<<', 'x'],
    ]);
  });

  it('elements know their line, also with their attributes on others', () => {
    const root = parseXml('<?xml version="1.0"?>\n<a>\n <b\n  c="1"\n  d="&lt;2">t<![CDATA[<x>]]></b>\n</a>');
    expect(root.children[0]).toMatchObject({ name: 'b', line: 3, text: 't<x>' });
    expect(root.children[0]?.attributes.get('d')).toBe('<2');
  });
});

describe('each text format', () => {
  const NAMES = ['package-lock.json', 'pnpm-lock.yaml', 'yarn.lock', 'poetry.lock', 'uv.lock', 'go.mod'];
  const MORE = [
    'go.sum',
    'Cargo.lock',
    'pom.xml',
    'gradle.lockfile',
    'composer.lock',
    'Gemfile.lock',
    'A.csproj',
    'action.yml',
  ];

  it.each([...NAMES, ...MORE])('%s: any text gives components or is unread, without another error', (path) => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const { components, unread } = list({ [path]: text });
        if (text.trim() !== '' && !text.includes('#')) expect(components.length + unread.length).toBeGreaterThan(0);
      }),
    );
  });

  it('requirements: what is not pinned, local or an option is counted', () => {
    const word = fc.string({ unit: fc.constantFrom(...'abcXYZ019._-'), minLength: 1, maxLength: 12 });
    const operator = fc.constantFrom('==', '>=', '~=', '', '<', '!=', '@ ', ' ');
    fc.assert(
      fc.property(fc.array(fc.tuple(word, operator, word), { maxLength: 10 }), (lines) => {
        const texts = lines.map((parts) => parts.join('')).filter((text) => /^[a-zA-Z0-9]/.test(text));
        const { components, unread } = list({ 'requirements.txt': texts.join('\n') });
        const counts = unread.flatMap((file) =>
          [...file.detail.matchAll(/(\d+) entr/g)].map(([, count]) => Number(count)),
        );
        expect(components.length + counts.reduce((sum, count) => sum + count, 0)).toBe(texts.length);
      }),
    );
  });
});
