import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LONGEST_LOG_LINE, redact } from '../../../src/core/lib/redact.js';
import { loadRules } from '../../../src/workers/secrets/rules.js';
import { secretScanner } from '../../../src/workers/secrets/scan.js';
import { expand } from '../../workers/secrets/examples.js';
import { growsLinearly } from './linear.js';

const rules = loadRules(fileURLToPath(new URL('../../../rules/secrets', import.meta.url)));
const scan = secretScanner(rules);
/** What a log cannot know to be a secret: a name alone, or a file's kind, tells. */
const BY_FILE = new Set(['credential-file']);

describe('redact', () => {
  it.each(
    rules.filter((rule) => !BY_FILE.has(rule.id)).flatMap((rule) => rule.bad.map((bad) => [rule.id, bad] as const)),
  )('hides %s %#', (_, bad) => {
    const text = expand(bad);
    const bytes = Buffer.from(text);
    const clean = redact(text);
    for (const { span } of scan('a.conf', bytes)) {
      for (const part of bytes.subarray(span.start, span.end).toString().split('\n')) {
        if (part.length >= 5 && !part.startsWith('-----')) expect(clean).not.toContain(part);
      }
    }
  });

  it.each([
    ['a key block that never ends', '-----BEGIN PRIVATE KEY-----\nMIIEvQ\nabc', '[redacted]'],
    [
      'two key blocks',
      '-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY----- and -----BEGIN RSA PRIVATE KEY-----\ny\n-----END RSA PRIVATE KEY-----.',
      '[redacted] and [redacted].',
    ],
    ['a password with a slash in a URL', 'cloning https://bob:s3cr/et@host/x', 'cloning https://[redacted]@host/x'],
    ['a user and password in a URL', 'GET https://bob:hunter2@host/x', 'GET https://[redacted]@host/x'],
    ['a value by its name', 'error: password="a b c" refused', 'error: password="[redacted]" refused'],
    ['an option', 'run --token abc123 --quiet', 'run --token [redacted] --quiet'],
    ['a scheme', 'sent Bearer abcdefgh', 'sent Bearer [redacted]'],
  ])('hides %s', (_, text, clean) => {
    expect(redact(text)).toBe(clean);
  });

  it.each([
    'ruff: 12 files checked in 0.31 s',
    'error: unknown option --fail-onn (did you mean --fail-on?)',
    'src/workers/secrets/credential-file.ts:12:5 parse error',
    'published security-results/20261121T131300Z-532745c1-9f86d081/bundle.json',
    'cannot open /usr/share/doc/libreadline-dev/changelog.Debian.gz',
    'Regex in its jQuery.htmlPrefilter sanitization',
    'does not set persist-credentials: false (confidence: low)',
    'use_auth = true, token: null',
  ])('leaves %j as it is', (text) => {
    expect(redact(text)).toBe(text);
  });

  it('leaves a name that is known, alone and whole', () => {
    const id = 'retire/jquery/issue-11974';
    expect(redact(`jquery 1.10.2 has ${id}; see ${id}.`, id)).toBe(`jquery 1.10.2 has ${id}; see ${id}.`);
    expect(redact(`has ${id}`)).toBe('has [redacted]');
    expect(redact(`has ${id}x, token=${id}, ${'aB3'.repeat(12)}`, id)).toBe(
      'has [redacted], token=[redacted], [redacted]',
    );
    expect(redact(`${'aB3'.repeat(6)}S1${'aB3'.repeat(6)}`, 'S1')).toBe('[redacted]');
  });

  it.each([
    'password: falsehood1',
    'password: "true-love"',
    'password: false,x9!',
    'correctHorseBatteryStapleOneTwo',
    'Hqtbwz.xKvndfl.Rtpmskw',
  ])('leaves nothing of %j', (text) => {
    expect(redact(text)).toMatch(/\[redacted\]/);
  });

  it('cuts a long line, and the half token at the cut', () => {
    const clean = redact(`${'word '.repeat(LONGEST_LOG_LINE / 5 - 1)}ghp_${'aB3'.repeat(12)} tail\nnext`);
    expect(clean).not.toMatch(/ghp_|aB3/);
    expect(clean.endsWith(' [cut]\nnext')).toBe(true);
  });

  it('redacts nothing twice', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.string(),
            fc.constantFrom('token=', 'https://a:b@c ', 'Bearer abcdefgh ', '"', '\n', 'password: '),
          ),
          { maxLength: 8 },
        ),
        (pieces) => {
          const clean = redact(pieces.join(''));
          expect(redact(clean).replaceAll('[redacted]', '')).toBe(clean.replaceAll('[redacted]', ''));
        },
      ),
    );
  });

  it.each(['://', '-----BEGIN PRIVATE KEY-----', 'token', 'password=', 'eyJ', '-u ', 'aB3', '"', '\n', 'x '])(
    'takes time in proportion on %j repeated',
    (unit) => {
      expect(growsLinearly((size) => redact(unit.repeat(size)), 20_000)).toBe(true);
    },
  );
});
