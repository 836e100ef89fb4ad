import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { emptyComments } from '../../../src/workers/ruff/comments.js';
import { ruffTool } from '../../../src/workers/ruff/tool.js';
import { collect, scanMore } from './collect.js';
import { RUFF_ASSETS } from './ruff.js';

/** After a statement, on its line. */
const INLINE = [
  ...['# noqa', '#noqa', '# NOQA', '# NoQa', '#\tnoqa', '#  \t noqa', '#\fnoqa', '# noqa\f', '# noqa\v', '# noqa  '],
  ...['# noqa: S102', '# noqa:S102', '# noqa : S102', '# NOQA:S102', '# noqa: F401,S102', '# noqa: S102 F401'],
  ...[
    '# noqa because',
    '# noqa - reason',
    '# noqa: S102 reason',
    '# noqa # noqa',
    '# first # noqa',
    '#: x # noqa: S102',
  ],
  // Ruff skips any white space of Unicode.
  ...['#\u00a0noqa', '#\u2003noqa', '#\u3000noqa', '#\u1680noqa', '#\u0085noqa', '#\u2028noqa', '#\u202fnoqa'],
  ...['# ruff: ignore[S102]', '# ruff:ignore[S102]', '#ruff: ignore[S102]', '# ruff : ignore[S102]'],
  ...['# ruff: ignore [S102]', '# ruff: ignore[ S102 ]', '# ruff: ignore[F401, S102,]', '# ruff: ignore[S102] reason'],
  ...['# x # ruff: ignore[S102]', '#\u3000ruff:\u3000ignore[S102]', '#\truff:\tignore[S102]'],
  ...['# 😀 # noqa', '# noqa 😀', '# é # ruff: ignore[S102] é'],
  ...[
    '# isort: skip',
    '# fmt: skip',
    '# yapf: disable',
    '# nosec',
    '# nosec B102',
    '# type: ignore',
    '# pylint: disable=all',
  ],
  ...['# ruff: ignore[exec-builtin]', '# flake8: noqa', '# ruff: noqa', '# ty: ignore', '# pyright: ignore'],
];

/** On a line of its own, anywhere in the file. */
const WHOLE_FILE = [
  ...['# ruff: noqa', '#ruff:noqa', '# ruff: NOQA', '# ruff : noqa', '# ruff: noqa: S102', '# ruff: noqa:S102,F401'],
  ...[
    '# flake8: noqa',
    '#flake8:noqa',
    '# flake8: NoQA',
    '# flake8: noqa: S102',
    '# x # ruff: noqa',
    '# ruff: noqa reason',
  ],
  ...['# ruff: file-ignore[S102]', '#ruff:file-ignore[S102]', '# ruff: file-ignore [S102] reason'],
  ...['#\u00a0ruff:\u00a0noqa', '#\u3000flake8:\u2003noqa', '#\fruff:\fnoqa', '#\truff:\tfile-ignore[S102]'],
  ...['# isort: skip_file', '# isort:skip_file', '# isort: off', '# fmt: off', '# yapf: disable', '# @generated'],
  ...['# pylint: skip-file', '# mypy: ignore-errors', '# -*- coding: latin-1 -*-', '# type: ignore'],
];

const RANGES = [
  ['# ruff: disable[S102]', '# ruff: enable[S102]'],
  ['#ruff:disable[S102]', '#ruff:enable[S102]'],
  ['# ruff: disable [F401, S102] reason', '# ruff: enable [F401, S102]'],
  ['#\u00a0ruff:\u2003disable[S102]', '#\u00a0ruff:\u2003enable[S102]'],
  ['# ruff: disable[S102]', '# nothing'],
  ['# ruff: ignore[S102]', '# nothing'],
  ['# ruff:ignore[S102] reason', '# nothing'],
];

const ENDINGS = { LF: '\n', CRLF: '\r\n', CR: '\r' };

const tool = ruffTool();
beforeAll(async () => {
  await collect(tool, {}, { assets: RUFF_ASSETS });
});

function places(text: string): string[] {
  const { findings, unread } = scanMore(tool, { 'a.py': text });
  expect(unread).toEqual([]);
  return findings.map((found) =>
    [found.rule, found.startLine, found.startColumn, found.endLine, found.endColumn].join(':'),
  );
}

describe.each(Object.entries(ENDINGS))('suppression comments with %s line ends', (_name, eol) => {
  const lines = (...parts: string[]) => parts.join(eol) + eol;

  it.each(INLINE)('%j changes no finding on its line', (comment) => {
    expect(places(lines('import os', `exec("x")  ${comment}`))).toEqual(['S102:2:1:2:5']);
    expect(places(lines(`exec("""`, `""")  ${comment}`))).toEqual(['S102:1:1:1:5']);
    expect(places(lines('if True:', `\texec("x")\t${comment}`, `\f${comment}`))).toEqual(['S102:2:2:2:6']);
    expect(places(lines('exec(', `  "x"  ${comment}`, ')', 'y = (1, \\', `2) ${comment}`))).toEqual(['S102:1:1:1:5']);
  });

  it.each(WHOLE_FILE)('%j changes no finding of its file', (comment) => {
    expect(places(lines(comment, 'exec("x")'))).toEqual(['S102:2:1:2:5']);
    expect(places(lines('exec("x")', comment))).toEqual(['S102:1:1:1:5']);
    expect(places(`exec("x")${eol}${comment}`)).toEqual(['S102:1:1:1:5']);
    expect(places(lines('def f():', `    ${comment}`, '    exec("x")'))).toEqual(['S102:3:5:3:9']);
    expect(places(lines('#!/usr/bin/env python3', `\f${comment}`, 'exec("x")'))).toEqual(['S102:3:1:3:5']);
    expect(places(`\ufeff${lines(comment, 'exec("x")')}`)).toEqual(['S102:2:1:2:5']);
  });

  it.each(RANGES)('%j … %j changes no finding between', (open, close) => {
    expect(places(lines(open, 'exec("x")', close))).toEqual(['S102:2:1:2:5']);
    expect(places(lines('if 1:', `    ${open}`, '    exec("x")', `    ${close}`))).toEqual(['S102:3:5:3:9']);
  });
});

describe('comments inside f-strings and strings', () => {
  it('empties a comment in a replacement field', () => {
    expect(places('exec(f"""{\n1 # noqa\n}""") # noqa\n')).toEqual(['S102:1:1:1:5']);
  });

  it('leaves what only looks like a comment', () => {
    const found = places('password = "# noqa"\ntoken = """\n# ruff: noqa\n"""\nexec("x")\n');
    expect(found).toEqual(['S105:1:12:1:20', 'S105:2:9:4:4', 'S102:5:1:5:5']);
  });
});

describe('emptyComments', () => {
  it('keeps the length in UTF-16 units and every line break', () => {
    const piece = fc.constantFrom('a = 1', '# noqa 😀é', '#', '"#"', '\n', '\r\n', '\r', '\f', ' ', '😀');
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join('');
        const emptied = emptyComments(text, commentTokens(text));
        expect(emptied.length).toBe(text.length);
        expect(emptied.replace(/[^\r\n]/g, '')).toBe(text.replace(/[^\r\n]/g, ''));
        expect(emptied).not.toContain('noqa');
      }),
    );
  });
});

/** A token stream with every `#…` to the end of its line as a comment. */
function commentTokens(text: string): string {
  const at = (offset: number) => Buffer.byteLength(text.slice(0, offset));
  const comments = [...text.matchAll(/#[^\r\n]*/g)];
  return comments.map(({ index, 0: comment }) => `    Comment ${at(index)}..${at(index + comment.length)},`).join('\n');
}
