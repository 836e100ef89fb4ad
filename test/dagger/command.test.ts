import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PLACES, type ScanWords, scanCommand } from '../../dagger/src/command.js';
import { scanCommand as commandLine } from '../../src/cli/commands/scan.js';

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
    const words = { failOn: 'x', timeout: 'x', asOf: 'x', skipTools: ['x'], exclude: ['x'], skipPrivacyScan: true };
    const line = scanCommand({
      ...NOTHING,
      ...words,
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

describe('the module’s own facts', () => {
  const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

  it('are those of the package and of its lock of images', () => {
    const { base } = json('tools/images.lock.json').images;
    expect(readFileSync('dagger/src/program.ts', 'utf8')).toContain(`/library/node@${base.digest}`);
    expect(json('dagger/package/package.json').dependencies['certus-security-scan']).toBe(json('package.json').version);
    expect(json('dagger.json')).toMatchObject({ name: 'certus-security-scan', source: 'dagger' });
  });
});
