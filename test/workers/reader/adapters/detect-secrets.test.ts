import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { detectSecrets } from '../../../../src/workers/reader/adapters/detect-secrets.js';
import { recordedOf } from './recorded.js';
import { asJsonLines, runAdapter } from './sink.js';

const { report, files, texts } = recordedOf('detect-secrets');
const secret = { type: 'GitHub Token', filename: 'a.txt', hashed_secret: 'da39a3ee5e6b4b0d', line_number: 2 };
const whole = {
  plugins_used: [{ name: 'GitHubTokenDetector' }],
  filters_used: [{ path: 'detect_secrets.filters.heuristic.is_lock_file' }],
  results: { 'a.txt': [secret] } as Record<string, unknown[]>,
};
const read = (changes: object, name = 'a.txt', content: string | Buffer = 'a\nb\n') =>
  runAdapter(detectSecrets, { ...whole, ...changes }, { files: [name], texts: { [name]: content } });
const ofType = (lines: readonly object[], type: string) => lines.filter((line) => 'type' in line && line.type === type);

describe('a report that is not whole', () => {
  it.each([
    ['no results', { results: undefined }],
    ['a list of results', { results: [] }],
    ['no plugins', { plugins_used: [] }],
    ['no filters', { filters_used: undefined }],
    ['a secret without a line', { results: { 'a.txt': [{ ...secret, line_number: undefined }] } }],
    ['a secret without a type', { results: { 'a.txt': [{ ...secret, type: '' }] } }],
    ['a secret that is none', { results: { 'a.txt': [null] } }],
  ])('is refused: %s', (_, changes) => {
    expect(() => read(changes)).toThrow();
  });

  it.each([null, [], '{}'])('is refused: %j', (broken) => {
    expect(() => runAdapter(detectSecrets, broken, { files: [] })).toThrow();
  });

  it('is refused when comments were obeyed', () => {
    const filters_used = [{ path: 'detect_secrets.filters.allowlist.is_line_allowlisted' }];
    expect(() => read({ filters_used })).toThrow('obeyed comments');
  });
});

describe('a file that was left out', () => {
  it.each(['package-lock.json', 'sub/yarn.lock', 'a.css', 'x/logo.svg', 'a.tar.gz', 'uv.lock'])(
    'is unread: %s',
    (name) => {
      expect(ofType(read({ results: {} }, name), 'unread')).toMatchObject([{ path: name, reason: 'unsupported' }]);
    },
  );

  it('is unread when it is not UTF-8', () => {
    const [text, binary] = [Buffer.from('caf\xe9', 'latin1'), Buffer.from('\xe9\0', 'latin1')];
    expect(read({ results: {} }, 'a.txt', text)).toMatchObject([{ type: 'unread', reason: 'not-text' }]);
    expect(read({ results: {} }, 'a.txt', binary)).toMatchObject([{ type: 'unread', reason: 'unsupported' }]);
  });

  it('is read when it holds the sign for what is not UTF-8, as packed scripts do', () => {
    expect(read({ results: {} }, 'a.js', '"\0"===e?"\ufffd":e')).toEqual([]);
  });

  it.each(['a.txt', '.css', 'a.CSS', 'lock', 'my-package-lock.json'])('is read: %s', (name) => {
    expect(read({ results: {} }, name)).toEqual([]);
  });
});

describe('severity', () => {
  it.each([
    ['GitHub Token', 'high', 'CWE-798'],
    ['Private Key', 'high', 'CWE-321'],
    ['A Plugin Of Tomorrow', 'high', 'CWE-798'],
    ['Secret Keyword', 'medium', 'CWE-798'],
    ['Base64 High Entropy String', 'medium', 'CWE-798'],
    ['Public IP (ipv4)', 'low', 'CWE-200'],
  ])('of %s is %s', (type, severity, cwe) => {
    const [rule] = read({ results: { 'a.txt': [{ ...secret, type }] } });
    expect(rule).toMatchObject({ type: 'rule', severity, cwe: [cwe] });
  });
});

describe('the recorded report', () => {
  const lines = runAdapter(detectSecrets, report, { files, texts });

  it('loses and doubles nothing', () => {
    const { results } = report as { results: Record<string, unknown[]> };
    const count = Object.values(results).flat().length;
    expect(ofType(lines, 'finding')).toHaveLength(count);
    expect(count).toBeGreaterThan(15);
  });

  it('keeps no hash of a secret', () => {
    const { results } = report as { results: Record<string, { hashed_secret: string }[]> };
    const text = asJsonLines(lines);
    for (const { hashed_secret } of Object.values(results).flat()) expect(text).not.toContain(hashed_secret);
    expect(JSON.stringify(report)).toContain(createHash('sha1').update('ghp').digest('hex'));
  });

  it('is read as expected', async () => {
    await expect(asJsonLines(lines)).toMatchFileSnapshot('../../../tools/detect-secrets/expected.jsonl');
  });
});
