import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskLine } from '../../../src/core/lib/mask.js';
import { loadRules } from '../../../src/workers/secrets/rules.js';
import { secretScanner } from '../../../src/workers/secrets/scan.js';
import { expand } from '../../workers/secrets/examples.js';
import { growsLinearly } from './linear.js';

const rules = loadRules(fileURLToPath(new URL('../../../rules/secrets', import.meta.url)));
const scan = secretScanner(rules);

/** Five characters of a secret narrow a search; fewer are in every text. */
const LEAK = 5;

function leaks(text: string, path: string): string[] {
  const bytes = Buffer.from(text);
  return scan(path, bytes).flatMap(({ span, start, end, rule }) => {
    const lines = text
      .split('\n')
      .slice(start.line - 1, end.line)
      .map(maskLine);
    return bytes
      .subarray(span.start, span.end)
      .toString()
      .split('\n')
      .flatMap((value, i) => {
        const masked = lines[i] ?? '';
        const pieces = Array.from({ length: Math.max(0, value.length - LEAK + 1) }, (_, at) =>
          value.slice(at, at + LEAK),
        );
        const leaked = !value.startsWith('----') && pieces.some((piece) => !/\s/.test(piece) && masked.includes(piece));
        return leaked ? [`${rule}: ${masked}`] : [];
      });
  });
}

describe('maskLine', () => {
  it.each(rules.flatMap((rule) => rule.bad.map((bad) => [rule.id, bad, rule] as const)))(
    'keeps no part of a secret: %s %#',
    (_, bad, rule) => {
      expect(leaks(expand(bad), 'file' in rule ? (rule.file ?? 'a.conf') : 'a.conf')).toEqual([]);
    },
  );

  it.each([
    ['password = hunter2 and more', 'password =*'],
    ['  const  x = "abc";', 'const x = "*";'],
    ['mail bob@example.org now', 'mail * now'],
    ['call 555-123-4567 today', 'call * today'],
    ['commit 3b9f0a7c5e1d8246 done', 'commit * done'],
    ["if (a === 'it\\'s') return", "if (a === '*') return"],
    ['x = "never ends', 'x = "*'],
    ['return handleRequest(user, options)', 'return handleRequest(user, options)'],
  ])('%s', (line, masked) => {
    expect(maskLine(line)).toBe(masked);
  });

  it('is idempotent', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'password',
        ' = ',
        ':',
        '"',
        "'",
        '`',
        '\\',
        '12 34',
        'a@b',
        'token',
        '--user ',
        ' ',
        '*',
        'aB3dE5gH7',
        ',',
        ')',
        '/',
        '-',
        '.',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const once = maskLine(pieces.join(''));
        expect(maskLine(once)).toBe(once);
      }),
      { numRuns: 3000 },
    );
  });

  it('keeps no literal, whatever is in it', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9 !#$%&()*+,./:;<=>?@[\]^_{|}~-]{5,40}$/), (value) => {
        fc.pre(value.trim().length >= LEAK);
        expect(maskLine(`call("${value}")`)).toBe('call("*")');
      }),
    );
  });

  it.each(['"', 'a@', '1 ', 'password', 'a.', '::', '%', 'key,', ' -u', 'aaaaaa/'])(
    'takes time in proportion on %j repeated',
    (unit) => {
      expect(growsLinearly((size) => maskLine(unit.repeat(size)), 20_000)).toBe(true);
    },
  );
});
