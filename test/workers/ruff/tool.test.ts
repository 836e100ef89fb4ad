import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RULES } from '../../../src/workers/ruff/table.js';
import { ruffTool } from '../../../src/workers/ruff/tool.js';
import { collect } from './collect.js';
import { ruff } from './ruff.js';

describe('files that Ruff cannot judge', () => {
  it.each([
    ['def f(:\n  pass\n', 'syntax error at line 1'],
    ['exec("x")\nprint "python 2"\n', 'syntax error at line 2'],
    ['x = """ # noqa\n', 'syntax error at line 1'],
    ['x = 1\n\tif x:\n', 'syntax error at line 2'],
    ['x = (\n', 'syntax error at line 2'],
  ])('%j is unparsable, never clean', async (text, detail) => {
    const { unread } = await ruff({ 'a.py': text });
    expect(unread).toEqual([{ path: 'a.py', reason: 'unparsable', detail }]);
  });

  it.each([
    ['bytes that are not UTF-8', Buffer.from([0x23, 0xff, 0x0a])],
    ['NUL', Buffer.from('exec("x")\0\n')],
  ])('%s are not text', async (_name, content) => {
    const { unread, findings } = await ruff({ 'a.py': content });
    expect(unread).toEqual([{ path: 'a.py', reason: 'not-text', detail: 'not UTF-8 text' }]);
    expect(findings).toEqual([]);
  });

  it.each([
    ['brackets', `x = ${'('.repeat(100_000)}1${')'.repeat(100_000)}\n`],
    ['brackets within the stack', `x = ${'('.repeat(500)}1${')'.repeat(500)}\n`],
    ['signs', `x = ${'-'.repeat(100_000)}1\n`],
    ['a sum', `x = "a"${' + "b"'.repeat(400)}\n`],
    ['calls', `x = a${'.b("c")'.repeat(400)}\n`],
    ['f-strings', `x = ${'f"{'.repeat(300)}1${'}"'.repeat(300)}\n`],
    [
      'blocks',
      `${Array.from({ length: 250 }, (_, depth) => `${' '.repeat(depth)}if 1:\n`).join('')}${' '.repeat(250)}pass\n`,
    ],
  ])('%s nested too deeply are unread, and the next file is judged', async (_name, text) => {
    const { unread, findings } = await ruff({ 'deep.py': text, 'next.py': 'exec("x")\n' });
    expect(unread).toEqual([{ path: 'deep.py', reason: 'unparsable', detail: 'nested deeper than 200' }]);
    expect(findings.map(({ path, rule }) => `${path} ${rule}`)).toEqual(['next.py S102']);
  });

  it('judges long flat code', async () => {
    const flat = [`x = [${'(1, -1), '.repeat(5000)}]`, `y = a${' and b'.repeat(5000)}`, 'if a:\n pass'];
    const { unread, findings } = await ruff({
      'a.py': `${flat.join('\n')}\n${'elif b:\n pass\n'.repeat(500)}exec(x)\n`,
    });
    expect(unread).toEqual([]);
    expect(findings).toHaveLength(1);
  });
});

describe('messages', () => {
  const SECRET = 'hunter2-s3cr3t';

  it('quote no value and no key of the source', async () => {
    const text = [
      `password = "${SECRET}"`,
      `d["${SECRET} password"] = "${SECRET}"`,
      `x = {"${SECRET}_password": "${SECRET}"}`,
      `if password == "${SECRET}": pass`,
      `f(password="${SECRET}")`,
      `def g(token="${SECRET}", *, secret="${SECRET}"): pass`,
      `open("/tmp/${SECRET}")`,
      `hashlib.new("md5 ${SECRET}")`,
      `cur.execute("SELECT * FROM t WHERE p = '${SECRET}' AND x = " + y)`,
      `requests.get("https://u:${SECRET}@h/", verify=False)`,
    ].join('\n');
    const { findings } = await ruff({ 'a.py': `import hashlib, requests\n${text}\n` });
    const rules = new Set(findings.map(({ rule }) => rule));
    for (const rule of ['S105', 'S106', 'S107', 'S108', 'S501', 'S608']) expect(rules).toContain(rule);
    expect(JSON.stringify(findings)).not.toContain(SECRET);
    expect(findings.every(({ message }) => message.length > 10)).toBe(true);
  });
});

describe('rules', () => {
  it('are announced with a severity, a CWE and a remedy each', async () => {
    const { rules } = await ruff({});
    expect(rules.map(({ id }) => id)).toEqual(Object.keys(RULES));
    for (const rule of rules) {
      expect(rule.cwe).toHaveLength(1);
      expect(rule.help.length).toBeGreaterThan(10);
      expect(rule.name).toMatch(/^[a-z0-9-]+$/);
    }
  });

  it('take the severity of bandit: a literal command in a shell is low', async () => {
    const text = 'import os, subprocess\nos.system("ls /")\nos.system(x)\nsubprocess.run(x, shell=True)\n';
    const { findings } = await ruff({ 'a.py': text });
    const shells = findings.filter(({ rule }) => rule === 'S605' || rule === 'S602');
    expect(shells.map(({ startLine, severity }) => `${startLine} ${severity}`)).toEqual(['2 low', '3 high', '4 high']);
  });

  it('give positions in UTF-16 units, also after a byte-order mark', async () => {
    const { findings } = await ruff({ 'a.py': '\ufeffs = "😀é"; exec(s)\n', 'b.pyi': 'x = 1; exec("")\r\n' });
    expect(
      findings.map(({ path, startLine, startColumn, endColumn }) => [path, startLine, startColumn, endColumn]),
    ).toEqual([
      ['a.py', 1, 13, 17],
      ['b.pyi', 1, 8, 12],
    ]);
  });
});

describe('the engine', () => {
  it('fails to start when Ruff would obey a suppression comment', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ruff-'));
    const obedient = `exports.PositionEncoding = { Utf16: 1 };
      exports.Workspace = class { tokens() { return ''; } check() { return []; } };`;
    const loader = join(folder, 'ruff_wasm.js');
    writeFileSync(loader, obedient);
    const running = collect(ruffTool(), {}, { assets: { 'ruff_wasm.js': loader } });
    await expect(running).rejects.toThrow('obeys suppression comments');
  });

  it('announces no rule that Ruff does not know', () => {
    const notes = readFileSync('node_modules/@astral-sh/ruff-wasm-nodejs/ruff_wasm_bg.wasm').toString('latin1');
    for (const [name] of Object.values(RULES)) expect(notes).toContain(name);
  });
});
