import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundleIndexDigest, knownInBundle, knownInSteps } from '../../../src/core/findings/baseline.js';
import type { Finding } from '../../../src/core/findings/finding.js';
import { sha256 } from '../../../src/core/lib/digest.js';
import { temporaryFolder } from '../../support/scan.js';

const finding = (category: Finding['category'], digit: string): Finding => ({
  tool: 'one',
  rule: 'R',
  category,
  kind: 'fail',
  severity: 'high',
  cwe: [],
  message: 'm',
  path: 'a.txt',
  startLine: 1,
  fingerprint: digit.repeat(64),
  lineHash: 'a:1',
});

const code = finding('sast', '1');
const secret = finding('secrets', '2');

function bundle(lines: Finding[], index?: object): string {
  const folder = join(temporaryFolder(), 'bundle');
  mkdirSync(folder);
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  writeFileSync(join(folder, 'findings.jsonl'), text);
  const files = [{ path: 'findings.jsonl', sha256: sha256(text) }];
  writeFileSync(join(folder, 'bundle.json'), JSON.stringify(index ?? { schemaVersion: 1, files }));
  return folder;
}

describe('a baseline bundle', () => {
  it('is refused when its findings are not those of its index', async () => {
    await expect(knownInBundle(bundle([code], { files: [{ path: 'findings.jsonl', sha256: '0' }] }))).rejects.toThrow(
      /not the file/,
    );
    await expect(knownInBundle(bundle([code], { files: [] }))).rejects.toThrow(/lists no findings/);
  });

  it('is none when its index is a link', async () => {
    const folder = temporaryFolder();
    symlinkSync('/etc/hostname', join(folder, 'bundle.json'));
    expect(await bundleIndexDigest(folder)).toBeUndefined();
  });

  it('knows findings in code, and never a secret: an exchanged one would look the same', async () => {
    const isKnown = await knownInBundle(bundle([code, secret]));
    expect([code, secret, finding('sast', '3')].map(isKnown)).toEqual([true, false, false]);
  });
});

describe('a secret in a commit', () => {
  it('is known whatever became of the file: a commit stays as it is', async () => {
    const old = { ...secret, commit: 'c'.repeat(40) };
    const folder = bundle([old]);
    expect((await knownInBundle(folder))(old)).toBe(true);
    const isKnown = await knownInSteps([join(folder, 'findings.jsonl')], [{ path: 'a.txt', gitBlob: 'b1' }], []);
    expect(isKnown(old)).toBe(true);
  });
});

describe('a baseline ref', () => {
  it.each([
    ['the same file', 'b1', true],
    ['a changed file', 'b2', false],
  ])('knows a secret in %s: %s', async (_, gitBlob, known) => {
    const folder = bundle([code, secret]);
    const files = [join(folder, 'findings.jsonl')];
    const isKnown = await knownInSteps(files, [{ path: 'a.txt', gitBlob: 'b1' }], [{ path: 'a.txt', gitBlob }]);
    expect([isKnown(code), isKnown(secret)]).toEqual([true, known]);
  });
});
