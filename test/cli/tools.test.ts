import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { main } from '../../src/cli/main.js';
import { removeTree } from '../../src/core/toolchain/incoming.js';
import { serveIndex } from '../core/toolchain/index-server.js';
import { hasPip, wheel } from '../core/toolchain/support.js';
import { temporaryFolder } from '../support/scan.js';

const TOOL = `schemaVersion: 1
id: demo
name: Demo
description: A tool of a test.
category: sast
suppliers:
  - kind: pypi
    package: demo
    version: '1.0'
    run:
      interpreter: python
      entry: demo:main
      args: []
      report: { format: sarif, file: report.json }
      exitCodes: { clean: [0] }
appliesTo: { files: ['**'] }
judges: tree
capabilities: { memory: 1GiB, cpu: 1m, wall: 1m, pids: 8, output: 1MiB, tmp: 1MiB, net: none }
cost: 1
`;

const folder = temporaryFolder();
const own = join(folder, 'own');
const store = join(folder, 'data', 'security-scan', 'store');
const before = { ...process.env };

beforeAll(async () => {
  mkdirSync(own);
  writeFileSync(join(own, 'demo.yaml'), TOOL);
  const index = await serveIndex({
    'demo-1.0-py3-none-any.whl': wheel('demo', '1.0', { 'demo.py': 'def main(): pass\n' }),
  });
  Object.assign(process.env, index.env, { XDG_DATA_HOME: join(folder, 'data') });
});
afterAll(() => {
  process.env = before;
});
afterEach(() => void vi.restoreAllMocks());

/** Runs one command; its exit code and all that it printed. */
async function tools(...args: string[]): Promise<{ code: number; text: string }> {
  let text = '';
  const keep = (...words: unknown[]) => {
    text += `${words.join(' ')}\n`;
  };
  vi.spyOn(console, 'log').mockImplementation(keep);
  vi.spyOn(console, 'error').mockImplementation(keep);
  vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  const code = await main(['tools', ...args]);
  vi.restoreAllMocks();
  return { code, text };
}

const withOwn = (...args: string[]) => tools(...args, '--tools', own);
const entry = (): string => join(store, readdirSync(store).find((name) => !name.startsWith('.')) ?? '');

describe('tools install', () => {
  it.each([
    ['a misspelled tool', ['bandti'], /no profile or tool `bandti`: did you mean `bandit`\?/],
    ['a misspelled profile', ['smoek'], /did you mean `smoke`\?/],
    ['a hostile name', ['\u001b[2J$(id)'], /no profile or tool/],
    ['an unknown option', ['--unknown'], /unknown option/],
    ['a profile without a provider', ['heavy'], /no provider for dast/],
    ['a policy that is not there', ['--policy', '/nonexistent'], /cannot be read/],
  ])('refuses %s', async (_name, args, message) => {
    const { code, text } = await tools('install', ...args);
    expect(text).toMatch(message);
    expect(text).not.toContain('\u001b[2J');
    expect(code).toBe(2);
    expect(existsSync(store)).toBe(false);
  });

  it('refuses a tool that is not locked, and names the remedy', async () => {
    const { code, text } = await withOwn('install', 'demo');
    expect(text).toMatch(/demo 1\.0 is not locked for[\s\S]*security-scan tools lock demo/);
    expect(code).toBe(2);
  });

  it('needs nothing for embedded tools', async () => {
    expect(await tools('install', 'default')).toMatchObject({
      code: 0,
      text: expect.stringContaining('need no installing'),
    });
  });
});

describe('tools lock', () => {
  it.each([
    ['bandti', /no tool `bandti`: did you mean `bandit`\?/],
    ['secrets', /secrets has no such supplier to be locked/],
  ])('refuses %s', async (name, message) => {
    const { code, text } = await tools('lock', name);
    expect(text).toMatch(message);
    expect(code).toBe(2);
  });

  it.skipIf(!hasPip)('ends with 3 when a registry does not have the tool, and writes nothing', async () => {
    writeFileSync(join(own, 'demo.yaml'), TOOL.replace("'1.0'", "'1.1'"));
    const { code, text } = await withOwn('lock', 'demo');
    writeFileSync(join(own, 'demo.yaml'), TOOL);
    expect(text).toMatch(/demo: pip download ended with exit code 1/);
    expect(code).toBe(3);
    expect(readdirSync(own)).toEqual(['demo.yaml']);
  });
});

describe.skipIf(!hasPip)('an own tool', () => {
  it('is locked, installed, listed, and examined', async () => {
    expect((await withOwn('lock', 'demo')).code).toBe(0);
    expect(readdirSync(own)).toEqual(['demo.lock', 'demo.yaml']);
    expect((await withOwn('install', 'demo')).text).toMatch(/demo +present/);
    await removeTree(entry());
    expect(await withOwn('install', 'demo', '--offline')).toMatchObject({
      code: 3,
      text: expect.stringMatching(/demo is not installed[\s\S]*tools install demo/),
    });
    expect((await withOwn('list')).text).toMatch(/demo +sast +1\.0 +pypi +not installed/);
    expect(await withOwn('install', 'demo')).toMatchObject({ code: 0, text: expect.stringMatching(/demo +installed/) });
    expect((await withOwn('list')).text).toMatch(/demo +sast +1\.0 +pypi +installed/);
    expect(await withOwn('doctor')).toMatchObject({ code: 0, text: expect.stringMatching(/demo .* holds/) });
  });

  it('is refused after its lock was edited, and nothing is fetched for it', async () => {
    const lock = join(own, 'demo.lock');
    const text = readFileSync(lock, 'utf8');
    writeFileSync(lock, text.replace('"version": "1.0"', '"version": "1.0", "more": 1'));
    expect((await withOwn('install', 'demo')).code).toBe(2);
    writeFileSync(lock, text.replace(/sha256-.{8}/, 'sha256-00000000'));
    await removeTree(entry());
    expect(await withOwn('install', 'demo')).toMatchObject({
      code: 3,
      text: expect.stringMatching(/demo: pip download/),
    });
    writeFileSync(lock, text);
  });

  it('is found broken by the doctor after a byte changed, and repaired by an install', async () => {
    expect((await withOwn('install', 'demo')).code).toBe(0);
    const file = join(entry(), 'root', 'site', 'demo.py');
    chmodSync(file, 0o644);
    writeFileSync(file, 'def main(): evil\n');
    expect(await withOwn('doctor')).toMatchObject({
      code: 3,
      text: expect.stringMatching(/BROKEN[\s\S]*demo: site\/demo\.py was changed[\s\S]*tools install demo/),
    });
    expect(await withOwn('install', 'demo')).toMatchObject({ code: 0, text: expect.stringMatching(/demo +installed/) });
    expect((await withOwn('doctor')).code).toBe(0);
    rmSync(own, { recursive: true });
  });
});
