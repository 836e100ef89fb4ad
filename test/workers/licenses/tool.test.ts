import { describe, expect, it } from 'vitest';
import { npmLock, said, tell } from './run.js';

describe('a file that cannot be read is unread, never without findings', () => {
  it.each([
    ['package-lock.json', '{'],
    ['package-lock.json', '{"lockfileVersion":3,"packages":{"node_modules/a":"MIT"}}'],
    ['package.json', '[]'],
    ['package.json', '{"name":"a","name":"b"}'],
    ['composer.lock', '{}'],
    ['composer.json', '"GPL"'],
    ['pyproject.toml', '[project\n'],
    ['pyproject.toml', 'project = 1\n'],
    ['Cargo.toml', '[package]\nlicense = "MIT"\nlicense = "ISC"\n'],
    ['Cargo.lock', '[[package]\n'],
    ['pom.xml', '<project>'],
    ['pom.xml', '<!DOCTYPE project [<!ENTITY a "b">]><project/>'],
    ['a.csproj', '<project/>'],
    ['a.nuspec', '<Package/>'],
    ['go.mod', 'surprise'],
    ['README.md', 'MIT'],
  ])('%s: %j', async (path, text) => {
    const { findings, unread } = await tell({ [path]: text });
    expect(findings).toEqual([]);
    expect(unread).toMatchObject([{ path, detail: expect.any(String) }]);
  });

  it('reads nothing that is no text, and nothing above its size', async () => {
    const { unread } = await tell({
      'package.json': Buffer.from([0xff, 0xfe, 0x41]),
      'a/package.json': Buffer.from('{"name":"a\0"}'),
      'b/package.json': Buffer.alloc(16 * 1024 * 1024 + 1, 32),
    });
    expect(unread.map(({ reason }) => reason)).toEqual(['not-text', 'not-text', 'too-large']);
  });
});

describe('hostile files', () => {
  it.each([
    ['a vendored package without a name', 'node_modules/evil/package.json', '{"license":"AGPL-3.0","version":"1.0.0"}'],
    ['a vendored package without a name', 'vendor/evil/composer.json', '{"license":"AGPL-3.0"}'],
    [
      'a local archive',
      'package-lock.json',
      '{"lockfileVersion":3,"packages":{"node_modules/evil":{"resolved":"file:evil.tgz","license":"AGPL-3.0"}}}',
    ],
    [
      'the last of two properties, in any case',
      'vendor/evil/a.csproj',
      '<Project><PropertyGroup><PackageLicenseExpression>MIT</PackageLicenseExpression><packagelicenseexpression>AGPL-3.0-only</packagelicenseexpression></PropertyGroup></Project>',
    ],
    ['everyday words', 'vendor/evil/package.json', '{"name":"evil","license":"GNU AGPL v3"}'],
    ['one of two everyday words', 'vendor/evil/package.json', '{"name":"evil","license":"AGPLv3 or MIT license"}'],
  ])('do not hide the licence of %s (%s)', async (_, path, text) => {
    expect(said(await tell({ [path]: text }))).toEqual([expect.stringMatching(/^license-forbidden: /)]);
  });

  it('do not silence a manifest by a lockfile of nothing', async () => {
    const told = await tell({
      'package-lock.json': '{"lockfileVersion":3,"packages":{}}',
      'app/package.json': '{"name":"a","dependencies":{"b":"1","c":"1"}}',
    });
    expect(told.findings).toMatchObject([{ path: 'app/package.json' }]);
  });

  it('prototype keys are names of packages', async () => {
    const text = `{"lockfileVersion":3,"packages":{
      "node_modules/__proto__":{"version":"1","license":"AGPL-3.0"},
      "node_modules/constructor":{"version":"1","license":"__proto__"},
      "__proto__":{"license":"GPL-3.0"}}}`;
    const told = await tell({ 'package-lock.json': text });
    expect(said(told)).toEqual([
      expect.stringMatching(/^license-forbidden: __proto__ 1: /),
      expect.stringMatching(/^license-unknown: constructor 1: /),
    ]);
    expect('license' in {}).toBe(false);
  });

  it.each([
    ['nested brackets', `${'('.repeat(100_000)}GPL-3.0${')'.repeat(100_000)}`, 'license-restricted'],
    ['a long chain', `GPL-3.0${' AND GPL-3.0'.repeat(100_000)}`, 'license-restricted'],
    ['a long word', 'a'.repeat(1_000_000), 'license-unknown'],
    ['line breaks and escapes', 'GPL-3.0\n\u001b[31m\u202e', 'license-restricted'],
  ])('%s end in time, and the message stays short', async (_, license, rule) => {
    const { findings } = await tell({ 'package-lock.json': npmLock({ a: license }) });
    expect(findings).toMatchObject([{ rule }]);
    expect(findings[0]?.message.length).toBeLessThan(300);
  });

  it('100,000 packages are judged, each at its own line', async () => {
    const names = Array.from({ length: 100_000 }, (_, index) => [`p${index}`, index % 1000 === 0 ? 'GPL-3.0' : 'MIT']);
    const { findings } = await tell({ 'package-lock.json': npmLock(Object.fromEntries(names)) });
    expect(findings).toHaveLength(100);
    expect(new Set(findings.map(({ startLine }) => startLine)).size).toBe(100);
  });

  it('a licence of another type states nothing', async () => {
    const told = await tell({
      'package-lock.json': npmLock({ a: 1, b: null, c: {}, d: [], e: '', f: [{ type: 2 }], g: 'MIT' }),
    });
    expect(said(told)).toEqual(['license-not-in-file: 6 packages are named here without a licence: not judged.']);
  });
});

describe('severities', () => {
  const files = { 'package-lock.json': npmLock({ a: 'MIT', b: 'GPL-3.0', c: 'WTFPL' }) };

  it('are those of Trivy, and a class of which none is reported has no rule', async () => {
    const { rules } = await tell(files);
    expect(Object.fromEntries(rules.map(({ id, severity }) => [id, severity]))).toEqual({
      'license-denied': 'critical',
      'license-forbidden': 'critical',
      'license-restricted': 'high',
      'license-reciprocal': 'medium',
      'license-unknown': 'low',
      'license-undeclared': 'low',
      'license-not-in-file': 'none',
      'license-of-project': 'none',
    });
  });

  it('claim of no licence what it does not do', async () => {
    const { findings } = await tell({ 'package-lock.json': npmLock({ c: 'WTFPL' }) });
    expect(findings.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^c 1\.0\.0: its licence, WTFPL, is one that many organisations do not allow: .*, or is too vague/,
      ),
    ]);
  });

  it('can be set', async () => {
    const told = await tell(files, { severities: { notice: 'low', restricted: 'none' }, deny: ['WTFPL'] });
    expect(told.findings.map(({ rule }) => rule)).toEqual(['license-notice', 'license-denied']);
  });
});
