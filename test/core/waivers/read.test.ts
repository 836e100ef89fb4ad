import { describe, expect, it } from 'vitest';
import { Refusal } from '../../../src/core/lib/errors.js';
import { readWaivers } from '../../../src/core/waivers/read.js';
import { fileOf, waived } from './support.js';

function problemsOf(read: () => unknown) {
  try {
    read();
  } catch (error) {
    if (error instanceof Refusal && error.code === 'waivers') return error.problems;
    throw error;
  }
  throw new Error('it was taken');
}

const refused = (...entries: readonly unknown[]) => problemsOf(() => readWaivers(fileOf(...entries)));
const { signatures, ...bare } = waived();
const { fingerprint: _, ...untargeted } = waived();
const [signature] = signatures;
const entry = waived();
const rule = { tool: 'ruff', rule: 'S1', path: 'a.py' };
const flaw = { id: 'CVE-2021-23337', purl: 'pkg:npm/lodash@4.17.20' };

describe('a waiver file is refused', () => {
  it.each<[string, unknown, RegExp]>([
    ['without signatures', bare, /^missing: expected a list/],
    [
      'with a key that nobody knows',
      { ...entry, expire: '2026-07-01' },
      /unknown key `expire`: did you mean `expires`/,
    ],
    ['without an end', { ...entry, expires: undefined }, /^missing: expected a string/],
    ['with an end that is no date', { ...entry, expires: '2026-02-30' }, /expected a date/],
    ['with an end that is a time', { ...entry, expires: '2026-07-01T00:00:00Z' }, /expected a date/],
    ['with a number for a date', { ...entry, created: 20260601 }, /expected a string/],
    ['with no target', untargeted, /expected one of `fingerprint`/],
    ['with two targets', { ...entry, rule }, /expected one of `fingerprint`/],
    ['with a fingerprint in capitals', { ...entry, fingerprint: 'A'.repeat(64) }, /64 hex digits in lower case/],
    ['with a status of its own', { ...entry, status: 'wont-fix' }, /expected one of `accepted`/],
    ['with a blank reason', { ...entry, reason: ' ' }, /expected some text/],
    ['with an escape sequence', { ...entry, reason: 'ok \u001b[2K' }, /without control or bidi/],
    ['with text turned round', { ...entry, owner: 'a\u202Eb' }, /without control or bidi/],
    ['with a secret in a text', { ...entry, risk: 'it is ghp_0123456789abcdefghijABCDEFGHIJ012345' }, /holds a secret/],
    ['with a password in a text', { ...entry, reason: 'postgres://u:hunter2@db/x' }, /holds a secret/],
    ['with a webhook', { ...entry, followUp: `https://h.example/services/T0/${'X'.repeat(24)}` }, /holds a secret/],
    ['with a token in the link', { ...entry, followUp: 'https://u:p@h.example/1' }, /without user name and password/],
    ['with a plain link', { ...entry, followUp: 'http://tracker.example.org/1' }, /starts with https/],
    ['with a script for a link', { ...entry, followUp: 'javascript:alert(1)' }, /starts with/],
    ['with an id that is no name', { ...entry, id: '../one' }, /expected lower-case letters/],
    ['with a signature in another role', { ...entry, signatures: [{ ...signature, role: 'scan' }] }, /expected one of/],
    ['with three signatures', { ...entry, signatures: [signature, signature, signature] }, /at most 2|<=2/],
    ['with loose base64', { ...entry, signatures: [{ ...signature, sig: '-_-_' }] }, /standard base64/],
    ['with a key id of another form', { ...entry, signatures: [{ ...signature, keyid: 'ab' }] }, /expected a key id/],
  ])('%s', (_, changed, message) => {
    const problems = refused(changed);
    expect(problems.map((problem) => problem.message).join('\n')).toMatch(message);
    for (const problem of problems) expect(problem).toMatchObject({ file: 'waivers.yaml', line: expect.any(Number) });
  });

  it.each<[string, unknown, RegExp]>([
    ['an npm scope that is not encoded', { ...flaw, purl: 'pkg:npm/@scope/name@1' }, /canonical form/],
    ['no package', { ...flaw, purl: 'lodash' }, /canonical form/],
    ['a package of everything', { ...flaw, purl: 'pkg:npm/' }, /canonical form/],
    ['no purl', { id: flaw.id }, /missing/],
  ])('with %s', (_, vulnerability, message) => {
    expect(refused({ ...untargeted, vulnerability })[0]?.message).toMatch(message);
  });

  it.each([
    '**',
    '*',
    '**/*',
    '*/**',
    '**/**',
    '*/*',
    '**/*.*',
    '*.*',
    '***/a',
    'src/**x',
    '/etc',
    'a//b',
    '../a',
    './a',
    '',
  ])('with the path %s', (path) => {
    expect(refused({ ...untargeted, rule: { ...rule, path } })).toHaveLength(path === '' ? 2 : 1);
  });

  it.each<[string, object]>([
    ['without a vulnerability', { status: 'not-exploitable', justification: 'component_not_present' }],
    ['for a risk that is accepted', { vulnerability: flaw, justification: 'component_not_present' }],
    ['that is missing', { vulnerability: flaw, status: 'not-exploitable' }],
  ])('with a justification %s', (_, over) => {
    const target = 'vulnerability' in over ? {} : { fingerprint: entry.fingerprint };
    expect(refused({ ...untargeted, ...target, ...over })[0]?.path).toBe('waivers[0].justification');
  });

  it('when an id is there twice, with the place of the second', () => {
    expect(refused(entry, entry)).toEqual([
      expect.objectContaining({ path: 'waivers[1].id', message: 'is the id of waivers[0] too', line: 23 }),
    ]);
  });

  it.each<[string, string, RegExp]>([
    ['aliases', 'schemaVersion: 1\nwaivers:\n  - &a {id: x}\n  - *a\n', /anchors|aliases/],
    ['a bomb of aliases', `a: &a [x]\nb: &b [${'*a,'.repeat(9)}*a]\nc: [${'*b,'.repeat(9)}*b]\n`, /aliases/],
    ['a key twice', 'schemaVersion: 1\nschemaVersion: 1\nwaivers: []\n', /appears twice/],
    ['a prototype key', 'schemaVersion: 1\nwaivers: []\n__proto__: {x: 1}\n', /`__proto__` is not accepted/],
    ['another version', 'schemaVersion: 2\nwaivers: []\n', /`1`/],
    ['tags', 'schemaVersion: 1\nwaivers: !!seq []\n', /tags/],
  ])('with %s', (_, text, message) => {
    const problems = problemsOf(() => readWaivers({ file: 'waivers.yaml', text }));
    expect(problems.map((problem) => problem.message).join('\n')).toMatch(message);
  });

  it('with a prototype key in an entry, also as JSON', () => {
    const text = JSON.stringify({ schemaVersion: 1, waivers: [entry] }).replace('{"id"', '{"__proto__":{"a":1},"id"');
    for (const file of ['w.json', 'w.yaml'])
      expect(problemsOf(() => readWaivers({ file, text }))[0]?.message).toMatch(/__proto__/);
  });

  it('without quoting what could be a secret', () => {
    const secret = 'ghp_0123456789abcdefghijABCDEFGHIJ012345';
    const problems = refused({
      ...entry,
      reason: secret,
      owner: secret,
      sig: 1,
      followUp: `https://x.example/${secret}`,
    });
    expect(JSON.stringify(problems)).not.toContain(secret);
    expect(problems.length).toBeGreaterThan(2);
  });
});

describe('a waiver file', () => {
  it('may hold nothing', () => {
    expect(readWaivers(fileOf()).entries).toEqual([]);
  });

  it('keeps every entry as it is', () => {
    const others = [
      waived({ id: 'two', rule: { ...rule, path: 'app/[id]/**/page*.tsx' } }),
      waived({ id: 'three', vulnerability: flaw, status: 'not-exploitable', justification: 'component_not_present' }),
    ];
    expect(readWaivers(fileOf(entry, ...others)).entries).toEqual([entry, ...others]);
  });

  it.each([
    'Fixture of CVE-2021-23337; see GHSA-35jh-r3h4-6jhm and src/lib/templates/render_page.py.',
    'The token: none of these is real. Password reset is tested with it.',
    'pkg:npm/%40scope/name@1.2.3 is a development dependency',
  ])('may say: %s', (reason) => {
    expect(readWaivers(fileOf({ ...entry, reason })).entries).toHaveLength(1);
  });

  it.each([
    'https://github.com/example/project/issues/1234',
    'https://dev.azure.com/example/project/_workitems/edit/1234?view=full',
    'https://tracker.example.org/secure/RapidBoard.jspa?rapidView=12&projectKey=SEC#comment-12',
  ])('may follow up at %s', (followUp) => {
    expect(readWaivers(fileOf({ ...entry, followUp })).entries).toHaveLength(1);
  });
});
