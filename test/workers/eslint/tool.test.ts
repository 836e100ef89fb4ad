import { beforeAll, describe, expect, it } from 'vitest';
import { bracketDepth } from '../../../src/workers/eslint/nesting.js';
import { RULES } from '../../../src/workers/eslint/table.js';
import { eslintTool } from '../../../src/workers/eslint/tool.js';
import type { RuleLine } from '../../../src/workers/lib/protocol.js';
import { collect, scanMore } from '../ruff/collect.js';

const tool = eslintTool();
let rules: Omit<RuleLine, 'type'>[] = [];
beforeAll(async () => {
  rules = (await collect(tool, { 'a.ts': '' })).rules;
});

function places(path: string, text: string): string[] {
  const { findings, unread } = scanMore(tool, { [path]: text });
  expect(unread).toEqual([]);
  return findings.map((it) => `${it.rule} ${it.startLine}:${it.startColumn}-${it.endLine}:${it.endColumn}`);
}

describe('files that ESLint cannot judge', () => {
  it.each([
    ['a.js', 'eval(x\n', 'syntax error at line 2'],
    ['a.mjs', 'return 1\n', 'syntax error at line 1'],
    ['a.js', '// @flow\nimport type { A } from "a";\nfunction f(a: A): void {}\n', 'syntax error at line 2'],
    ['a.ts', 'let x: = 1;\n', 'syntax error at line 1'],
    ['a.ts', 'const x = <div>a</div>;\n', 'syntax error at line 1'],
    ['a.js', 'var a = "\n', 'syntax error at line 1'],
  ])('%s %j is unparsable, never clean', (path, text, detail) => {
    const { findings, unread } = scanMore(tool, { [path]: text });
    expect({ findings, unread }).toEqual({ findings: [], unread: [{ path, reason: 'unparsable', detail }] });
  });

  it.each([
    ['brackets', 'a.js', `x = ${'('.repeat(100_000)}1${')'.repeat(100_000)};\n`],
    ['functions', 'a.ts', `${'(function(){'.repeat(300)}${'})()'.repeat(300)};\n`],
    ['brackets that never close', 'a.js', '[{('.repeat(50_000)],
  ])('%s nested too deeply are unread, and the next file is judged', (_name, path, text) => {
    const { findings, unread } = scanMore(tool, { [path]: text, 'next.js': 'eval("1")\n' });
    expect(unread).toEqual([{ path, reason: 'unparsable', detail: 'nested deeper than 120' }]);
    expect(findings.map((found) => found.path)).toEqual(['next.js']);
  });

  it.each([
    ['a.js', `x = "a"${' + "b"'.repeat(50_000)};\n`],
    ['a.ts', `x = "a"${' + "b"'.repeat(50_000)};\n`],
    ['a.ts', `x = a${'.b("c")'.repeat(20_000)};\n`],
  ])('a chain in %s that overflows the parser is unread', (path, text) => {
    const { findings, unread } = scanMore(tool, { [path]: text, 'next.js': 'eval("1")\n' });
    expect(unread).toEqual([{ path, reason: 'unparsable', detail: 'too deep for the parser' }]);
    expect(findings.map((found) => found.path)).toEqual(['next.js']);
  });

  it('says that other names and binary content are unread', () => {
    const { unread } = scanMore(tool, { 'a.vue': 'eval(x)', 'b.js': Buffer.from([0x27, 0xff, 0x27]) });
    expect(unread.map(({ path, reason }) => `${path} ${reason}`)).toEqual(['a.vue unsupported', 'b.js not-text']);
  });
});

describe('inline configuration', () => {
  it.each([
    '/* eslint-disable */',
    '/* eslint-disable no-eval */',
    '/* eslint no-eval: "off" */',
    '/* eslint no-eval: 0, security/detect-eval-with-expression: 0 */',
    '// eslint-disable-next-line',
    '// eslint-disable-next-line no-eval -- reason',
    '/* eslint-disable-next-line */',
    '/* global eval:off */',
    '/* eslint-env browser */',
    '/* exported x */',
    '/*eslint-disable*/',
    '// @ts-nocheck',
  ])('%s changes nothing', (comment) => {
    for (const path of ['a.js', 'a.ts']) {
      expect(places(path, `${comment}\neval("x"); // eslint-disable-line\n`)).toEqual(['no-eval 2:1-2:5']);
    }
  });

  it('does not honour a shadowing global comment for timers', () => {
    expect(places('a.js', '/* global setTimeout:off */ setTimeout("x", 1);\n')).toEqual(['no-implied-eval 1:29-1:47']);
  });
});

describe('dialects', () => {
  it.each([
    ['a hashbang', 'a.js', '#!/usr/bin/env node\neval("1")\n', 2, 1],
    ['a byte-order mark', 'a.js', '\ufeffeval("1")\n', 1, 2],
    ['a byte-order mark and a hashbang', 'a.js', '\ufeff#!/usr/bin/env node\neval("1")\n', 2, 1],
    ['JSX in .js', 'a.js', 'const a = <b onClick={() => eval("1")}/>;\n', 1, 29],
    ['JSX in .jsx', 'a.jsx', 'const a = <b>{eval("1")}</b>;\n', 1, 15],
    ['an import', 'a.js', 'import a from "a";\neval("1");\n', 2, 1],
    ['top-level await', 'a.mjs', 'await a;\neval("1");\n', 2, 1],
    ['a return outside functions', 'a.js', 'if (a) return;\neval("1");\n', 2, 1],
    ['with, which modules forbid', 'a.cjs', 'with (a) { eval("1"); }\n', 1, 12],
    ['octal numbers', 'a.js', 'a = 010; eval("1");\n', 1, 10],
    ['TypeScript', 'a.ts', 'const f = (a: string): number => eval("1") as number;\n', 1, 34],
    ['TypeScript casts', 'a.ts', 'const f = <any>eval("1");\n', 1, 16],
    ['TSX', 'a.tsx', 'const f = (a: string) => <b>{eval("1")}</b>;\n', 1, 30],
    ['.mts', 'a.mts', 'enum A { B }\neval("1");\n', 2, 1],
    ['.cts', 'a.cts', 'import a = require("a");\neval("1");\n', 2, 1],
    ['decorators', 'a.ts', '@a() class B { @c() d = eval("1"); }\n', 1, 25],
    ['a line separator of Unicode', 'a.js', 'a = "\u2028";\u2029b; eval("1");\n', 1, 13],
    ['a line separator before a line', 'a.js', '\ufeff//\u2028\r\n eval("1");\n', 2, 2],
    ['CRLF', 'a.js', 'a = 1;\r\neval("1");\r\n', 2, 1],
    ['upper-case names', 'A.JS', 'eval("1");\n', 1, 1],
    [
      'a declaration file',
      'a.d.ts',
      'declare const x: number;\ndeclare function eval2(): void;\nexport {};eval("1");\n',
      3,
      11,
    ],
  ])('%s', (_name, path, text, line, column) => {
    expect(places(path, text)).toEqual([`no-eval ${line}:${column}-${line}:${column + 4}`]);
  });
});

/** One snippet a rule that makes it speak. */
const BAD: Record<string, string> = {
  'no-debugger': 'debugger;',
  'no-eval': 'eval("1");',
  'no-implied-eval': 'setTimeout("a()", 1);',
  'no-new-func': 'new Function("a", "return a");',
  'no-script-url': 'location.href = "javascript:a()";',
  'no-unsanitized/method': 'document.write(a);',
  'no-unsanitized/property': 'b.innerHTML = a;',
  'regexp/no-super-linear-backtracking': '/^(?:a+)+$/.test(a);',
  'security/detect-bidi-characters': 'var a = "\u202e x";',
  'security/detect-buffer-noassert': 'a.readUInt8(0, true);',
  'security/detect-child-process': 'require("child_process").exec(a);',
  'security/detect-disable-mustache-escape': 'a.escapeMarkup = false;',
  'security/detect-eval-with-expression': 'eval(a);',
  'security/detect-invisible-characters': 'var \u3164 = 1;',
  'security/detect-new-buffer': 'new Buffer(a);',
  'security/detect-no-csrf-before-method-override': 'express.csrf(); express.methodOverride();',
  'security/detect-non-literal-fs-filename': 'require("fs").readFileSync(a);',
  'security/detect-non-literal-regexp': 'new RegExp(a);',
  'security/detect-non-literal-require': 'require(a);',
  'security/detect-object-injection': 'a[b] = c;',
  'security/detect-possible-timing-attacks': 'if (password === a) { b(); }',
  'security/detect-pseudoRandomBytes': 'crypto.pseudoRandomBytes(1);',
  'security/detect-unsafe-regex': '/(a+)+$/.test(a);',
};

describe('rules', () => {
  it('are announced with a severity, one CWE and a remedy each', () => {
    expect(rules.map(({ id }) => id)).toEqual(Object.keys(RULES));
    for (const rule of rules) expect(rule.cwe).toEqual([expect.stringMatching(/^CWE-\d+$/)]);
    for (const rule of rules) expect(rule.help).not.toBe('');
  });

  it.each(Object.keys(RULES))('%s speaks', (id) => {
    const { findings } = scanMore(tool, { 'a.js': `${BAD[id]}\n` });
    expect(findings.map(({ rule }) => rule)).toContain(id);
  });

  it('quote nothing of the source', () => {
    const secret = 'hunter2Secret';
    const text = Object.values(BAD)
      .join('\n')
      .replace(/\b[abc]\b/g, secret);
    const { findings } = scanMore(tool, { 'a.js': text });
    expect(findings.length).toBeGreaterThan(5);
    expect(JSON.stringify(findings)).not.toContain(secret);
  });
});

describe('bracketDepth', () => {
  it.each([
    ['((()))', 3],
    ['"(((" + \'[[[\'', 0],
    ['// (((\n/* ((( \n*/ (', 1],
    [')))(', 1],
    ['"\\"(" (', 1],
    ['', 0],
  ])('of %j is %i', (text, depth) => {
    expect(bracketDepth(text)).toBe(depth);
  });
});
