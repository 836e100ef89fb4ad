import { beforeAll, describe, expect, it } from 'vitest';
import { astGrepTool } from '../../../src/workers/ast-grep/tool.js';
import { type Collected, collect, scanMore } from '../ruff/collect.js';
import { AST_GREP_ASSETS } from './ast-grep.js';

const tool = astGrepTool();
let started: Collected;
beforeAll(async () => {
  started = await collect(tool, {}, { assets: AST_GREP_ASSETS });
});

/** Runs a tool of its own, whose import graph knows only these files. */
function scanAlone(files: Record<string, string>, config: unknown = {}): Promise<Collected> {
  return collect(astGrepTool(), files, { config, assets: AST_GREP_ASSETS });
}

const SWALLOWED = 'try:\n    f()\nexcept OSError:\n    pass\n';

describe('files that ast-grep cannot judge', () => {
  it.each([
    ['a.py', `${SWALLOWED}x = (1\n`],
    ['a.js', 'try { f() } catch {}\nlet = = 3;\n'],
    ['a.go', 'package a\nfunc f() { _ = err }\nfunc {\n'],
    ['a.java', 'class A { void f() { try { g(); } catch (E e) {} } int = ; }\n'],
  ])('%s with a syntax error is unread, and its rest is searched', (path, text) => {
    const { findings, unread } = scanMore(tool, { [path]: text });
    expect(unread).toEqual([{ path, reason: 'unparsable', detail: 'syntax error' }]);
    expect(findings.map(({ rule }) => rule)).toEqual(['swallowed-error']);
  });

  it.each([
    ['brackets', 'a.py', `${SWALLOWED}x = ${'('.repeat(100_000)}1${')'.repeat(100_000)}\n`],
    ['a sum', 'a.py', `${SWALLOWED}x = 1${' + 1'.repeat(5000)}\n`],
    ['calls', 'a.js', `try { f() } catch {}\n${'f('.repeat(100_000)}${')'.repeat(100_000)}\n`],
    ['calls in a chain', 'a.ts', `try { f() } catch {}\nx${'.f()'.repeat(50_000)}\n`],
  ])('%s nested too deeply are unread, and the next file is judged', (_name, path, text) => {
    const { findings, unread } = scanMore(tool, { [path]: text, 'next.py': SWALLOWED });
    expect(unread).toEqual([{ path, reason: 'unparsable', detail: 'nested deeper than 300' }]);
    expect(findings.map((found) => found.path)).toEqual(['next.py']);
  });

  it('says which files are too large, binary or of another language', () => {
    const { unread } = scanMore(tool, {
      'a.py': 'x = 1\n'.repeat(400_000),
      'b.go': Buffer.from([0x2f, 0x2f, 0xff]),
      'c.rb': 'x',
    });
    expect(unread.map(({ path, reason }) => `${path} ${reason}`)).toEqual([
      'a.py too-large',
      'b.go not-text',
      'c.rb unsupported',
    ]);
  });

  it('judges nothing after a call into the engine that did not return', async () => {
    const own = astGrepTool();
    await collect(own, {}, { assets: AST_GREP_ASSETS });
    const failing = {
      get length(): number {
        throw new RangeError('stack');
      },
    };
    const broken = { rule: () => {}, unread: () => {}, component: () => {}, finding: () => void failing.length };
    const file = { path: 'a.py', size: 9, bytes: () => Buffer.from(SWALLOWED), text: () => SWALLOWED };
    expect(() => own.scanFile(file, broken)).toThrow(RangeError);
    expect(scanMore(own, { 'b.py': SWALLOWED }).unread).toEqual([
      { path: 'b.py', reason: 'unparsable', detail: 'the engine stopped at an earlier file' },
    ]);
  });
});

describe('positions', () => {
  it.each([
    ['after characters beyond the BMP', 'x = "😀é"; app.get("/a", f);\n', 1, 12, 1, 28],
    ['after a byte-order mark', '\ufeffapp.get("/a", f);\n', 1, 2, 1, 18],
    ['after CRLF', 'x;\r\napp.get("/a",\r\n f);\r\n', 2, 1, 3, 4],
    ['after a line separator of Unicode', 'x = "\u2028";\napp.get("/a", f);\n', 2, 1, 2, 17],
  ])('%s', (_name, text, startLine, startColumn, endLine, endColumn) => {
    const { findings } = scanMore(tool, { 'a.js': text });
    expect(findings).toMatchObject([{ startLine, startColumn, endLine, endColumn }]);
  });
});

describe('rules and messages', () => {
  it('announces the four interceptors as review notes', () => {
    const review = started.rules.filter(({ kind }) => kind === 'review').map(({ id, severity }) => `${id} ${severity}`);
    expect(review.sort()).toEqual([
      'blast-radius none',
      'hardcoded-secret none',
      'swallowed-error none',
      'unauthenticated-route none',
    ]);
  });

  it('quote nothing of the source', () => {
    const { findings } = scanMore(tool, { 'a.py': "db_password = 'hunter2-Secret-9'\n" });
    expect(findings.map(({ rule }) => rule)).toEqual(['hardcoded-secret']);
    expect(JSON.stringify(findings)).not.toContain('hunter2');
  });
});

function importers(count: number, line: string, extension: string): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`app/user${index}.${extension}`, `${line}\n`]),
  );
}

async function blasts(files: Record<string, string>, config?: unknown): Promise<string[]> {
  const { findings } = await scanAlone(files, config);
  return findings.map(({ rule, path, message }) => `${rule} ${path} ${message.split(' ')[0]}`);
}

describe('blast radius', () => {
  it.each([
    ['import app.core', 'py', 'app/core.py'],
    ['import os, app.core as c', 'py', 'app/core.py'],
    ['from app.core import x', 'py', 'app/core.py'],
    ['from app import (\n  core, # here\n  other)', 'py', 'app/core.py'],
    ['from . import core', 'py', 'app/core.py'],
    ['from .core import x', 'py', 'app/core.py'],
    ['from ..app.core import x', 'py', 'app/core.py'],
    ['from app.core import x', 'py', 'app/core/__init__.py'],
    ["import { x } from './core';", 'ts', 'app/core.ts'],
    ["import x from '../app/core.js';", 'ts', 'app/core.ts'],
    ["export * from './core'", 'js', 'app/core.jsx'],
    ["import './core'", 'js', 'app/core/index.js'],
    ["const x = require('./core')", 'js', 'app/core.js'],
    ["await import('./core')", 'mjs', 'app/core.mjs'],
  ])('counts %j in .%s as an import of %s', async (line, extension, module) => {
    const files = { [module]: '', ...importers(3, line, extension) };
    expect(await blasts(files, { maxDependents: 2 })).toEqual([`blast-radius ${module} 3`]);
    expect(await blasts(files, { maxDependents: 3 })).toEqual([]);
  });

  it('has a threshold of 20 unless the configuration names another', async () => {
    const files = (count: number) => ({ 'app/core.py': '', ...importers(count, 'import app.core', 'py') });
    expect(await blasts(files(20))).toEqual([]);
    expect(await blasts(files(21))).toEqual(['blast-radius app/core.py 21']);
  });

  it('counts a file once, direct imports only, and nothing outside the tree', async () => {
    const files = {
      'app/core.py': 'import app.core\n',
      'app/mid.py': 'import app.core\nfrom app.core import y\n',
      ...importers(2, 'import app.mid, os, json\nfrom ....... import core', 'py'),
      'up.js': "import '../../../etc/passwd'; import 'react';\n",
    };
    expect(await blasts(files, { maxDependents: 0 })).toEqual([
      'blast-radius app/core.py 1',
      'blast-radius app/mid.py 2',
    ]);
  });

  it.each([[{ maxDependents: -1 }], [{ maxDependents: 1.5 }], [{ maxDependants: 3 }], ['20']])(
    'refuses the configuration %j',
    async (config) => {
      await expect(scanAlone({}, config)).rejects.toThrow();
    },
  );
});
