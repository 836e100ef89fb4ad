import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { toolsNewCommand } from '../../src/cli/commands/tools-new.js';
import { loadPackageCatalog } from '../../src/core/package.js';
import { failure, freshFolder } from '../core/advisories/data.js';

afterEach(() => vi.restoreAllMocks());

async function run(...args: string[]): Promise<string> {
  const lines: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  await new Command().addCommand(toolsNewCommand()).parseAsync(['new', ...args], { from: 'user' });
  return lines.join('\n');
}

describe('tools new refuses', () => {
  it.each(['', 'A', 'a b', '../x', '.x', '-x/', 'x'.repeat(65), 'a\nb'])('the id %j', async (id) => {
    const dir = freshFolder();
    expect(await failure(run('--dir', dir, '--', id))).toEqual({
      exit: 2,
      message: expect.stringMatching(/is no tool id/),
    });
    expect(readdirSync(dir)).toEqual([]);
  });

  it('the id of a tool of this package', async () => {
    expect((await failure(run('ruff', '--dir', freshFolder())))?.message).toMatch(/ruff is a tool of this package/);
  });

  it.each(['mine.yaml', 'mine'])('to write over %s', async (name) => {
    const dir = freshFolder();
    if (name === 'mine') mkdirSync(join(dir, name));
    else writeFileSync(join(dir, name), 'text');
    expect((await failure(run('mine', '--dir', dir)))?.message).toMatch(/exists already/);
    expect(readdirSync(dir)).toEqual([name]);
  });

  it('a folder that cannot be written', async () => {
    const dir = join(freshFolder(), 'file');
    writeFileSync(dir, '');
    expect(await failure(run('mine', '--dir', dir))).toEqual({
      exit: 2,
      message: expect.stringMatching(/cannot be written|exists/),
    });
  });
});

describe('tools new', () => {
  it('writes a tool that is read as it is, with fixtures and a test', async () => {
    const dir = join(freshFolder(), 'own', 'tools');
    expect(await run('mine', '--dir', dir)).toContain(`node --test ${join(dir, 'mine', 'mine.test.mjs')}`);
    const catalog = await loadPackageCatalog(dir);
    expect(catalog.tools.get('mine')).toMatchObject({
      id: 'mine',
      suppliers: [{ run: { report: { format: 'sarif' } } }],
    });
    expect(catalog.operatorTools.has('mine')).toBe(true);
    expect(readdirSync(join(dir, 'mine')).sort()).toEqual(['mine.test.mjs', 'negative', 'positive']);
    expect(readdirSync(join(dir, 'mine', 'positive'))).toEqual(['README.md']);
    execFileSync(process.execPath, ['--check', join(dir, 'mine', 'mine.test.mjs')]);
    expect(await run('other', '--dir', dir)).toContain('Written');
  });

  it('writes a test that fails without findings, and passes with them', async () => {
    const dir = freshFolder();
    await run('mine', '--dir', dir);
    const bin = freshFolder();
    // Stands for the program: leaves the findings that the test is told of.
    const program = (positive: string, negative: string, exit = 0) => {
      const text = `#!${process.execPath}
const { cpSync, mkdirSync, writeFileSync } = require('node:fs');
const args = process.argv.slice(2);
const out = args[args.indexOf('--export-dir') + 1];
mkdirSync(out + '/latest', { recursive: true });
writeFileSync(out + '/latest/findings.jsonl', args[0].endsWith('positive.tar') ? ${JSON.stringify(positive)} : ${JSON.stringify(negative)});
process.exitCode = ${exit};
`;
      writeFileSync(join(bin, 'security-scan'), text);
      chmodSync(join(bin, 'security-scan'), 0o755);
      const file = join(dir, 'mine', 'mine.test.mjs');
      const env = { ...process.env, PATH: `${bin}:/usr/bin:/bin`, NODE_OPTIONS: '', NODE_TEST_CONTEXT: undefined };
      return spawnSync(process.execPath, ['--test', file], { env, encoding: 'utf8' }).status;
    };
    expect(program('{}\n', '')).toBe(0);
    expect(program('', '')).toBe(1);
    expect(program('{}\n', '{}\n')).toBe(1);
    expect(program('{}\n', '', 3)).toBe(1);
    expect(existsSync(join(dir, 'mine.yaml'))).toBe(true);
    expect(readFileSync(join(dir, 'mine.yaml'), 'utf8')).toContain('id: mine\n');
  });
});
