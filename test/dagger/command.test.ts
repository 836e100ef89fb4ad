import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { namesThisModule, PLACES, type ScanWords, scanCommand } from '../../dagger/src/command.js';
import { scanCommand as commandLine } from '../../src/cli/commands/scan.js';
import { userData } from '../../src/core/lib/user-data.js';

const NOTHING: ScanWords = { manifest: false, policy: false, privacyAssets: false, baseline: false, signKey: false };

describe('the command line of a module’s scan', () => {
  it('keeps a hostile word the value of its option', () => {
    const words = { ...NOTHING, profile: '--unsandboxed', bundleId: '--exit-zero', include: ['--policy=/x', 'a,b'] };
    const line = scanCommand(words);
    expect(line.slice(3)).toEqual([
      '--profile=--unsandboxed',
      '--include=--policy=/x',
      '--include=a,b',
      '--bundle-id=--exit-zero',
    ]);
  });

  it('names what was given by its place in the container, and the key by its variable', () => {
    const all = { ...NOTHING, manifest: true, policy: true, privacyAssets: true, baseline: true, signKey: true };
    expect(scanCommand(all)).toEqual([
      'scan',
      PLACES.source,
      `--export-dir=${PLACES.out}`,
      `--manifest=${PLACES.manifest}`,
      `--policy=${PLACES.policy}`,
      `--privacy-assets=${PLACES.privacyAssets}`,
      `--baseline=${PLACES.baseline}`,
      '--sign-key=env:CERTUS_SIGN_KEY',
    ]);
  });

  it('has only options that the command has', () => {
    const words = { failOn: 'x', timeout: 'x', asOf: 'x', skipTools: ['x'], exclude: ['x'] };
    const line = scanCommand({
      ...NOTHING,
      ...words,
      skipPrivacyScan: true,
      noCache: true,
      manifest: true,
      policy: true,
      privacyAssets: true,
      baseline: true,
    });
    const known = commandLine(() => {}).options.map(({ long }) => long);
    for (const word of line.slice(2)) expect(known).toContain(word.split('=')[0]);
    expect(known).toEqual(expect.arrayContaining(['--runtime', '--base-image', '--registry-mirror', '--sign-key']));
  });
});

describe('what a module’s caller brings', () => {
  it('is where the command looks for it', () => {
    const env = { XDG_DATA_HOME: PLACES.data };
    expect([userData('store', env), userData('advisories', env)]).toEqual([PLACES.tools, PLACES.advisories]);
  });
});

describe('the file by which the module’s own repository is known', () => {
  const name = 'certus-security-scan';

  it.each([
    ['that of one that uses it', { name: 'product', toolchains: [{ name, source: 'github.com/x/y@v1' }] }],
    ['that of one that depends on it', { name: 'product', dependencies: [{ name, source: 'github.com/x/y@v1' }] }],
    ['something else', []],
  ])('is not %s', (_, document) => {
    expect(namesThisModule(JSON.stringify(document))).toBe(false);
  });

  it('is no text that is not JSON', () => {
    expect(namesThisModule(`{ "name": "${name}"`)).toBe(false);
  });

  it('is this one', () => {
    expect(namesThisModule(readFileSync('dagger.json', 'utf8'))).toBe(true);
  });
});

describe('the module’s own facts', () => {
  const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

  it('are those of the package and of its lock of images', () => {
    const { base } = json('tools/images.lock.json').images;
    expect(readFileSync('dagger/src/program.ts', 'utf8')).toContain(`/library/node@${base.digest}`);
    expect(json('dagger/package/package.json').dependencies['certus-security-scan']).toBe(json('package.json').version);
    expect(json('dagger.json')).toMatchObject({ name: 'certus-security-scan', source: 'dagger' });
  });
});
