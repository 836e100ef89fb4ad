import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { astGrepTool } from '../../../src/workers/ast-grep/tool.js';
import { withoutUsing } from '../../../src/workers/ast-grep/using.js';
import { collect, scanMore } from '../ruff/collect.js';
import { AST_GREP_ASSETS } from './ast-grep.js';

const tool = astGrepTool();
beforeAll(async () => {
  await collect(tool, {}, { assets: AST_GREP_ASSETS });
});

const ROUTE = 'app.get("/a", f);\n';

/** As jQuery UI 1.10.4 has it. */
const JQUERY_UI = [
  'var collisionPosition, using,',
  '\ttarget = options.of;',
  'if ( options.using ) {',
  '\t// adds feedback as second argument to using callback, if present',
  '\tusing = function( props ) {',
  '\t\toptions.using.call( this, props, feedback );',
  '\t};',
  '}',
  'elem.offset( $.extend( position, { using: using } ) );',
  '',
].join('\n');

describe('a script with the word `using`', () => {
  it.each([
    ['let = = 3; using = f;\n', 'a.js'],
    ['using x = = f();\n', 'a.js'],
    ['using/**/x = = f();\n', 'a.ts'],
  ])('%j has a syntax error all the same', (text, path) => {
    const { unread } = scanMore(tool, { [path]: ROUTE + text });
    expect(unread).toEqual([{ path, reason: 'unparsable', detail: 'syntax error' }]);
  });

  it.each(['a.py', 'a.go', 'a.java'])('is a script: %s is not', (path) => {
    const language = { 'a.py': 'python', 'a.go': 'go', 'a.java': 'java' } as const;
    expect(withoutUsing(language[path as keyof typeof language], 'using = f')).toBe('using = f');
  });

  it.each([
    'using x = f()',
    'await using x = f()',
    'for (using x of y) {}',
    'using $x = f()',
    'using \\u0061 = f()',
    'a.using',
    'a?.using',
    'this.#using',
    'reusing',
    'using1',
    '$using',
    'éusing',
    'usingé',
  ])('keeps it in %j', (text) => {
    expect(withoutUsing('javascript', text)).toBe(text);
  });

  it.each(['a.js', 'a.ts', 'a.tsx'])('is searched as jQuery UI writes it: %s', (path) => {
    const { findings, unread } = scanMore(tool, { [path]: JQUERY_UI + ROUTE });
    expect(unread).toEqual([]);
    expect(findings).toMatchObject([{ startLine: 10, startColumn: 1, endLine: 10, endColumn: 17 }]);
  });

  it.each([
    'using(x);',
    'using++;',
    'using[0] = 1;',
    'using in x;',
    'using\n= 1;',
    'f(...using);',
    'const { using } = x; using = 2;',
    'using = await g(); { using x = f(), y = g(); }',
  ])('is searched where it has %j', (text) => {
    const { findings, unread } = scanMore(tool, { 'a.mjs': `${text}\n${ROUTE}` });
    expect(unread).toEqual([]);
    expect(findings).toHaveLength(1);
  });

  it('gives findings at the places, and with the words, of one without it', () => {
    const line = fc.constantFrom('using = f;', 'a = b.using;', '/* é😀 using */', 'app.get("/a", using);', '');
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), fc.constantFrom(' ', '\n', '\r\n'), (lines, end) => {
        const text = `${lines.join(end)}${end}using = 1; ${ROUTE}`;
        const scanned = scanMore(tool, { 'a.js': text });
        expect(scanned).toEqual(scanMore(tool, { 'a.js': text.replaceAll('using', 'other') }));
        expect(JSON.stringify(scanned)).not.toContain('usin_');
        expect(scanned.findings.length).toBeGreaterThan(0);
      }),
      { numRuns: 60 },
    );
  });

  it('has as many characters as before', () => {
    const part = fc.constantFrom('using', ' ', '.', '=', '\n', 'x', '😀', 'in', '#', '\\');
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const text = parts.join('');
        expect(withoutUsing('tsx', text)).toHaveLength(text.length);
      }),
    );
  });
});
