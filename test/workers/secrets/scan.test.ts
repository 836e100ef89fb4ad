import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crcOf } from '../../../src/workers/secrets/checksum.js';
import { loadRules } from '../../../src/workers/secrets/rules.js';
import { type Secret, secretScanner } from '../../../src/workers/secrets/scan.js';
import { growsLinearly } from '../../core/lib/linear.js';
import { expand } from './examples.js';

const scan = secretScanner(loadRules(fileURLToPath(new URL('../../../rules/secrets', import.meta.url))));
const GITLAB = expand('glpat-<alnum:20>');
const at = ({ rule, start, end }: Secret) => [rule, start.line, start.column, end.line, end.column];
const scanText = (text: string, path = 'a.conf') => scan(path, Buffer.from(text));

describe('no comment switches it off', () => {
  it.each([
    'gitleaks:allow',
    'pragma: allowlist secret',
    'pragma: allowlist nextline secret',
    'nosec',
    'NOSONAR',
    'noqa: S105',
    'secretlint-disable-line',
    'ggignore',
    'kingfisher:ignore',
    'trufflehog:ignore',
    'betterleaks:allow',
  ])('%s', (words) => {
    const rules = (text: string) => scanText(text, 'a.py').map((secret) => secret.rule);
    expect(rules(`token = "${GITLAB}"  # ${words}`)).toEqual(['gitlab-token']);
    expect(rules(`# ${words}\n# secretlint-disable\ntoken = "${GITLAB}"`)).toEqual(['gitlab-token']);
  });
});

describe('any bytes', () => {
  const tokenAfter = (prefix: Buffer | string) => Buffer.concat([Buffer.from(prefix), Buffer.from(GITLAB)]);

  it('counts UTF-16 units of valid UTF-8', () => {
    expect(scan('a', tokenAfter('é😀\n€😀 ')).map(at)).toEqual([['gitlab-token', 2, 5, 2, 31]]);
  });

  it('counts bytes of what is no UTF-8', () => {
    expect(scan('a', tokenAfter(Buffer.from([0xe9, 0xff, 0x20]))).map(at)).toEqual([['gitlab-token', 1, 4, 1, 30]]);
  });

  it.each([
    ['little-endian with a mark', true, true],
    ['big-endian with a mark', false, true],
    ['little-endian without one', true, false],
    ['big-endian without one', false, false],
  ])('reads UTF-16 %s', (_, little, mark) => {
    const wide = Buffer.from(`${mark ? '\ufeff' : ''}é\r\n key: ${GITLAB}`, 'utf16le');
    expect(scan('a', little ? wide : wide.swap16()).map(at)).toEqual([['gitlab-token', 2, 7, 2, 33]]);
  });

  it('looks for tokens of a known form only where there are NUL bytes', () => {
    const bytes = Buffer.concat([Buffer.from([0, 1, 2]), tokenAfter('\0'), Buffer.from('\0password=Xk29!qLmm1\0')]);
    expect(scan('a', bytes).map((secret) => secret.rule)).toEqual(['gitlab-token']);
  });

  it('never throws, and keeps its regions in order within the text', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
      fc
        .constantFrom(
          GITLAB,
          'password: "',
          '-----BEGIN PRIVATE KEY-----',
          '-----END',
          'Private-Lines: 3\n',
          '://a:b1!@',
          '<token>',
          'eyJ',
          'Q~',
          '"',
          '\n',
          '\\',
          ' = ',
          '|',
          'curl -u ',
        )
        .map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 15 }),
        fc.constantFrom('a', 'a.py', '.env', '.pgpass', 'master.key', 'a.p12'),
        (pieces, path) => {
          const bytes = Buffer.concat(pieces);
          let end = 0;
          for (const { span } of scan(path, bytes)) {
            expect(span.start).toBeGreaterThanOrEqual(end);
            expect(span.end).toBeGreaterThan(span.start);
            end = span.end;
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('regions', () => {
  const secretIn = (text: string, path?: string) =>
    scanText(text, path).map(({ span }) => Buffer.from(text).subarray(span.start, span.end).toString());
  const value = expand('<alnum:18>');

  it.each([
    ['a quoted value', `x = {"apiToken": "${value}"}`],
    ['an escaped JSON value', `"{\\"api_token\\": \\"${value}\\"}"`],
    ['an environment file', `API_TOKEN=${value} # note`],
    ['a query', `see /x?access_token=${value}&page=2`],
    ['XML text', `<apiToken>\n  ${value}\n</apiToken>`],
    ['an XML attribute', `<add key="ApiToken" value="${value}" />`],
    ['a call', `setProperty("api.token", "${value}")`],
    ['an option', `run --api-token ${value} -v`],
    ['a header', `-H 'Authorization: Bearer ${value}'`],
    ['a URL', `amqp://svc:${value}@mq.internal/`],
    ['a type annotation', `const apiToken: string = '${value}';`],
    ['a Go declaration', `var apiToken string = "${value}"`],
  ])('cover exactly the secret in %s', (_, text) => {
    expect(secretIn(text)).toEqual([value]);
  });

  it('cover a key block with its armour, lines and all', () => {
    const block = expand('-----BEGIN EC PRIVATE KEY-----\n<b64:64>\n<b64:64>\n-----END EC PRIVATE KEY-----');
    expect(secretIn(`a\n${block}\nb`)).toEqual([block]);
    expect(scanText(`a\n${block}\nb`).map(at)).toEqual([['private-key', 2, 1, 5, 29]]);
  });

  it('cover the lines there are of a key block that is cut', () => {
    const block = expand('-----BEGIN PRIVATE KEY-----\n<b64:64>\n<b64:64>');
    expect(secretIn(`${block}\n`)).toEqual([block]);
  });
});

describe('code and configuration', () => {
  const rules = (path: string, text: string) => scanText(text, path).map((secret) => secret.rule);
  const plain = expand('api_token = <alnum:20>');

  it('takes what is not quoted for an expression in code, for a value in configuration', () => {
    expect(rules('a.py', plain)).toEqual([]);
    expect(rules('a.ini', plain)).toEqual(['hardcoded-secret']);
  });

  it('takes a weak password for one in a file of credentials', () => {
    const text = 'machine mail.internal login bob password swordfish';
    expect(rules('.netrc', text)).toEqual(['hardcoded-password']);
    expect(rules('notes.md', text)).toEqual([]);
  });

  it('knows a key store by its name and first bytes', () => {
    const store = Buffer.from([0x30, 0x82, 9, 0x0b, 2, 1, 3, 0, 0xff]);
    expect(scan('tls/a.p12', store).map(at)).toEqual([['credential-file', 1, 1, 1, 10]]);
    expect(scan('tls/a.p12', Buffer.from('see the wiki'))).toEqual([]);
  });

  it('joins no strings of code to a secret', () => {
    expect(rules('a.js', `q = "user='" + name + "' and password='" + password + "'"`)).toEqual([]);
  });
});

describe('a checksum', () => {
  const random = expand('<alnum:30>');

  it('that holds leaves the severity as it is', () => {
    expect(scanText(`ghp_${random}${crcOf(random)}`)[0]).toMatchObject({ rule: 'github-token' });
    expect(scanText(`ghp_${random}${crcOf(random)}`)[0]?.severity).toBeUndefined();
  });

  it('that does not hold lowers it and says so', () => {
    expect(scanText(`ghp_${random}zzAzzA`)[0]).toMatchObject({
      severity: 'medium',
      note: expect.stringContaining('checksum'),
    });
  });

  it("is the one of GitHub's published example", () => {
    expect(crcOf(['zQWBuTSOoRi4A9spHc', 'VY5ncnsDkxkJ'].join(''))).toBe('0mLq17');
  });
});

describe('size', () => {
  it('finds 100,000 matches, each in its place', () => {
    const found = scan('a', Buffer.from(`${GITLAB}\n`.repeat(100_000)));
    expect(found.length).toBe(100_000);
    expect(found.at(-1)?.start).toEqual({ line: 100_000, column: 1 });
  });

  it('reads one line of 50 MB', () => {
    const line = Buffer.alloc(50 << 20, 'var a="b";');
    Buffer.from(` ${GITLAB} `).copy(line, line.length - 100);
    expect(scan('a.js', line).map(at)).toEqual([['gitlab-token', 1, line.length - 98, 1, line.length - 72]]);
  });

  it.each([
    'ghp_',
    'eyJ',
    '-eyJ',
    '.eyJ',
    'eyJa.',
    'token=',
    'password="',
    'key',
    '-----BEGIN PRIVATE KEY-----',
    'PRIVATE KEY',
    '----',
    'Private-Lines: 9\n',
    '://',
    '://a:',
    'curl ',
    'curl -u ',
    'AccountKey=',
    'Q~',
    '|',
    '.atlasv1.',
    'sig=',
    '$6$',
    '<token>',
    '<token ',
    'token\\"',
    'aws',
    "IDENTIFIED BY '",
    'A3-',
    'sk-proj-',
    'api key ',
    'secret.',
    'token :',
    'AAAAAAAAAAAAAAAAAAAA ',
    ':A',
    'hooks.slack.com/services/',
  ])('takes time in proportion on %j repeated', (unit) => {
    expect(growsLinearly((size) => scan('a.conf', Buffer.alloc(size, unit)), 1 << 15)).toBe(true);
  });
});
