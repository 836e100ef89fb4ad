import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { VERSION } from '../../src/core/lib/version.js';
import { builtCatalog } from '../support/catalog.js';
import { quoted, read, rows } from './text.js';

const names = z.record(z.string(), z.string());
const description = z
  .object({ version: z.string(), dependencies: names, devDependencies: names, scripts: names })
  .parse(JSON.parse(read('package.json')));

describe('package.json', () => {
  it('has the version that the program prints', () => {
    expect(description.version).toBe(VERSION);
  });

  it('has the scripts that the documents call', () => {
    const called = ['README.md', 'CONTRIBUTING.md', 'docs/adding-a-tool.md', 'docs/adding-a-rule.md'].flatMap((path) =>
      [...read(path).matchAll(/npm run ([a-z]+)/g)].map(([, name = '']) => name),
    );
    expect(called).toContain('check');
    expect(called.filter((name) => description.scripts[name] === undefined)).toEqual([]);
  });
});

describe('CHANGELOG.md', () => {
  it('has the digest of the ruleset, so that no rule, tool or profile changes unsaid', async () => {
    const { rulesetDigest } = await builtCatalog();
    expect(read('CHANGELOG.md').match(/^Ruleset: ([0-9a-f]{16})$/m)?.[1]).toBe(rulesetDigest.slice(0, 16));
  });
});

describe('docs/dependencies.md', () => {
  it.each([
    ['## At run time', description.dependencies],
    ['## For building and testing', description.devDependencies],
  ])('%s: has a reason for each package, and no other', (heading, packages) => {
    const table = rows(read('docs/dependencies.md'), heading);
    expect(table.flatMap(([cell = '']) => quoted(cell))).toEqual(Object.keys(packages).sort());
    expect(table.filter(([, why = '']) => why.length < 10)).toEqual([]);
  });
});

const packed = z.array(z.object({ files: z.array(z.object({ path: z.string() })) }));

describe('the published package', () => {
  // Without scripts: `prepare` would build again under the tests that run beside this one.
  const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const files = packed.parse(JSON.parse(output)).flatMap((one) => one.files.map(({ path }) => path));

  it('holds no fixture, test or source', () => {
    expect(files.filter((path) => /^(?:privacy-fixtures|test|src|bench|examples|bin\/workers)\//.test(path))).toEqual(
      [],
    );
  });

  it('holds all that the program needs', async () => {
    const { lock, ruleFiles } = await builtCatalog();
    const workers = Object.entries(lock.workers).flatMap(([name, entry]) =>
      Object.keys(entry.files).map((file) => `dist/workers/${name}/${file}`),
    );
    const data = ['tools', 'profiles', 'schema', 'docs'].flatMap((folder) =>
      readdirSync(folder).map((name) => `${folder}/${name}`),
    );
    const rules = Object.keys(ruleFiles).map((path) => `rules/${path}`);
    const programs = ['bin/security-scan.js', 'dist/cli/main.js', 'dist/core/index.js', 'dist/core/index.d.ts'];
    const texts = ['README.md', 'LICENSE', 'CHANGELOG.md'];
    const needed = [...workers, ...data, ...rules, ...programs, ...texts];
    expect(needed.filter((path) => !files.includes(path))).toEqual([]);
  });
});
