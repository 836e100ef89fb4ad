import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importPack } from '../../src/core/advisories/import.js';
import { parsePackName } from '../../src/core/advisories/kind.js';
import { loadPackageCatalog } from '../../src/core/package.js';
import { scanWith, temporaryFolder } from '../support/scan.js';
import { missingTools, POLICY } from './installed.js';

const folder = temporaryFolder();
const catalog = { ...(await loadPackageCatalog()), advisories: join(folder, 'advisories') };
const profile = { schemaVersion: 1 as const, name: 'alone', description: 'One tool.', tools: ['osv-scanner'] };
const alone = { ...catalog, profiles: new Map([['alone', profile]]) };

const ADVISED = {
  NuGet: 'Acme.Lib',
  Packagist: 'acme/lib',
  SwiftURL: 'github.com/acme/lib',
  PyPI: 'Acme_Lib',
};
for (const [ecosystem, name] of Object.entries(ADVISED)) await importAdvisory(ecosystem, name);

const reason = (await missingTools(['osv-scanner'], catalog)).get('osv-scanner');
const run = reason === undefined ? it : (name: string, _: () => Promise<void>) => it.skip(`${name} (${reason})`);

async function importAdvisory(ecosystem: string, name: string): Promise<void> {
  const from = mkdtempSync(join(folder, 'records-'));
  const ranges = [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '2.0.0' }] }];
  const affected = [{ package: { ecosystem, name }, ranges }];
  writeFileSync(join(from, 'a.json'), JSON.stringify({ id: 'GHSA-1', modified: '2026-11-01T00:00:00Z', affected }));
  const pack = parsePackName(`osv/${ecosystem}`);
  await importPack(catalog.advisories, { pack, path: from, today: '2026-11-21', source: 'file' });
}

/** What became of each file: the paths with a finding, and why others are unread. */
async function judged(files: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const source = mkdtempSync(join(folder, 'tree-'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(source, path)), { recursive: true });
    writeFileSync(join(source, path), text);
  }
  const exportDir = mkdtempSync(join(folder, 'out-'));
  const request = { source, exportDir, profile: 'alone', policy: POLICY, asOf: '2026-11-21' };
  const { evidence } = await scanWith(alone, request);
  const [outcome] = evidence.outcomes;
  expect(outcome?.error).toBeNull();
  const unread = outcome?.unread.map(({ path, detail }) => [path, detail] as const) ?? [];
  return { ...Object.fromEntries(unread), findings: String(outcome?.findings) };
}

const nuget = (id: string) =>
  JSON.stringify({ version: 1, dependencies: { 'net8.0': { [id]: { type: 'Direct', resolved: '1.0.0' } } } });
const packagesConfig = (id: string) => `<packages><package id="${id}" version="1.0.0" /></packages>`;
const composer = (name: string, reference: string) =>
  JSON.stringify({ packages: [{ name, version: '1.0.0', dist: { type: 'zip', reference } }], 'packages-dev': [] });
const swift = (location: string) =>
  JSON.stringify({ pins: [{ identity: 'lib', location, state: { version: '1.0.0' } }], version: 2 });

const COMMIT = 'a'.repeat(40);

describe('OSV-Scanner', () => {
  run('never passes over a package in silence that it does not compare', async () => {
    const spelling = expect.stringMatching(/^1 packages have advisories under another spelling/);
    const uncompared = expect.stringMatching(/^1 of 1 dependencies have no version/);
    const found = await judged({
      'a/packages.lock.json': nuget('acme.lib'),
      'b/packages.config': packagesConfig('ACME.lib'),
      'c/composer.lock': composer('Acme/Lib', COMMIT),
      'd/composer.lock': composer('acme/lib', 'abc'),
      'e/Package.resolved': swift('git@github.com:acme/lib.git'),
      'f/Package.resolved': swift('https://github.com/Acme/lib'),
    });
    expect(found).toEqual({
      'a/packages.lock.json': spelling,
      'b/packages.config': spelling,
      'c/composer.lock': spelling,
      'd/composer.lock': uncompared,
      'e/Package.resolved': spelling,
      'f/Package.resolved': spelling,
      findings: '0',
    });
  });

  run('finds what is spelled as in the advisories, and Python packages in any spelling', async () => {
    const found = await judged({
      'a/packages.lock.json': nuget('Acme.Lib'),
      'b/packages.config': packagesConfig('Acme.Lib'),
      'c/composer.lock': composer('acme/lib', COMMIT),
      'd/Package.resolved': swift('https://github.com/acme/lib.git'),
      'e/requirements.txt': 'acme.lib==1.0.0\n',
      'f/requirements.txt': 'ACME_lib==1.0.0\n',
    });
    expect(found).toEqual({ findings: '6' });
  });
});
