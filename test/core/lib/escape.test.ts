import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { forCsv, forHtml, forMarkdown, forTerminal, forWorkflowCommand } from '../../../src/core/lib/escape.js';

const naughty = z
  .array(z.string())
  .parse(JSON.parse(readFileSync(new URL('../../fixtures/blns/blns.json', import.meta.url), 'utf8')));

/** Naughty strings and what is special to one of the formats, mixed at will. */
const special = fc.constantFrom(
  ...'=+-@#*_`~[]()<>&;:/|\\!$%"\'{}^,.w \t\n\r',
  '::',
  '##[',
  'http://',
  'www.',
  '\x1b]8;;',
  '\x9b31m',
);
const unit = fc.oneof(
  special,
  fc.constantFrom(...'ab1é😀', '\u202e', '\u200b', '\ufe0f', '\ud800'),
  fc.string({ unit: 'binary', maxLength: 2 }),
);
const hostile = fc.oneof(fc.constantFrom(...naughty), fc.string({ unit, maxLength: 30 }));
const every = (check: (text: string) => void) => {
  for (const text of naughty) check(text);
  fc.assert(
    fc.property(hostile, (text) => void check(text)),
    { numRuns: 2000 },
  );
};

const FORMATS: [string, (text: string) => string][] = [
  ['terminal', forTerminal],
  ['HTML', forHtml],
  ['Markdown', forMarkdown],
  ['CSV', forCsv],
  ['workflow data', (text) => forWorkflowCommand(text, 'data')],
  ['workflow property', (text) => forWorkflowCommand(text, 'property')],
];

describe.each(FORMATS)('%s', (_, safe) => {
  it('keeps no control, bidi, invisible or half character and no line break', () => {
    every((text) =>
      expect(safe(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]/u),
    );
  });

  it('is a function of the text alone and keeps plain words as they are', () => {
    for (const text of naughty) expect(safe(text)).toBe(safe(text));
    expect(safe('Größe 日本 😀').replace(/^"|"$/g, '')).toBe('Größe 日本 😀');
  });
});

describe('forTerminal', () => {
  it.each([
    ['\x1b[2J', '\\u{1b}[2J'],
    ['\x1b]8;;http://x\x07y', '\\u{1b}]8;;http://x\\u{7}y'],
    ['\x9b31m', '\\u{9b}31m'],
    ['a\r\nb', 'a\\u{d}\\u{a}b'],
    ['\u202Egnp.exe', '\\u{202e}gnp.exe'],
    ['a\u200bb\u3164c\ufe0fd\u2800', 'a\\u{200b}b\\u{3164}c\\u{fe0f}d\\u{2800}'],
    ['\ud800', '\\u{d800}'],
    ['\u{e0041}', '\\u{e0041}'],
  ])('%j', (text, expected) => expect(forTerminal(text)).toBe(expected));

  it('lets no workflow command begin', () => {
    every((text) => expect(forTerminal(text)).not.toMatch(/^\s*::|##\[|##vso\[/i));
  });

  it('is idempotent', () => every((text) => expect(forTerminal(forTerminal(text))).toBe(forTerminal(text))));
});

describe('forHtml', () => {
  const decode = (html: string) =>
    html.replace(
      /&(amp|lt|gt|quot|#39|#96);/g,
      (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[name] ?? '`',
    );

  it('yields no tag, no end of an attribute, and loses nothing', () => {
    every((text) => {
      const html = forHtml(text);
      expect(html).not.toMatch(/[<>"'`]|&(?!(?:amp|lt|gt|quot|#39|#96);)/);
      expect(decode(html)).toBe(forTerminal(text));
    });
  });
});

describe('forMarkdown', () => {
  it.each([
    ['<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
    ['[a](javascript:b)', '\\[a\\](javascript:b)'],
    ['![x](y) `z` **b** __c__ ~~d~~', '!\\[x\\](y) \\`z\\` \\*\\*b\\*\\* \\_\\_c\\_\\_ \\~\\~d\\~\\~'],
    ['a | b\\', 'a \\| b\\\\'],
    ['@team fixes #12, o/r#3 and GH-4', '@&#8203;team fixes \\#&#8203;12, o/r\\#&#8203;3 and GH-&#8203;4'],
    ['https://evil.io www.evil.io a@evil.io', 'https:&#8203;//evil.io ww&#8203;w.evil.io a@&#8203;evil.io'],
    ['mailto:a', 'mailto:&#8203;a'],
    ['&lt;b&gt; &#64;x', '&amp;lt;b&amp;gt; &amp;\\#&#8203;64;x'],
    ['    code', '&#32;&#32;&#32;&#32;code'],
    ['- item', '\\- item'],
    [' + item', '&#32;\\+ item'],
    ['12. item', '12\\. item'],
    ['# title #', '\\# title \\#'],
    ['---', '\\---'],
    ['===', '\\==='],
    ['/close', '\\/close'],
    ['\u2002/close', '&#8194;\\/close'],
    ['a\n\n# b', 'a\\\\u{a}\\\\u{a}\\# b'],
    ['src/a-b.ts:12', 'src/a-b.ts:12'],
  ])('%j', (text, expected) => expect(forMarkdown(text)).toBe(expected));

  it('leaves nothing that CommonMark or GitHub acts on, and loses nothing', () => {
    every((text) => {
      const markdown = forMarkdown(text);
      const plain = markdown.replace(/\\[!-/:-@[-`{-~]|&(?:amp|lt|gt|#\d+);/g, '\0');
      expect(plain).not.toMatch(/[\\`*_[\]~|$<>&#]|@(?!\0)|:\/\/|www\.|\bGH-(?!\0)|^[-+=/:\s]|^\d+[.)]/i);
      expect(shown(markdown)).toBe(forTerminal(text));
    });
  });

  /** What a renderer shows. */
  function shown(markdown: string): string {
    return markdown
      .replaceAll('&#8203;', '')
      .replace(
        /\\([!-/:-@[-`{-~])|&(amp|lt|gt|#\d+);/g,
        (_, mark: string | undefined, name: string | undefined) =>
          mark ?? { amp: '&', lt: '<', gt: '>' }[name ?? ''] ?? String.fromCharCode(Number(name?.slice(1))),
      );
  }
});

describe('forCsv', () => {
  it.each([
    ['=1+1', `"'=1+1"`],
    ['+1', `"'+1"`],
    ['-1', `"'-1"`],
    ['@SUM(A1)', `"'@SUM(A1)"`],
    ['  =1', `"'  =1"`],
    ['"=1"', `"'""=1"""`],
    ['＝1', `"'＝1"`],
    ['a,=1', `"a,'=1"`],
    ['a;"=1', `"a;'""=1"`],
    ['a "b" c', '"a ""b"" c"'],
    ['a-b=c', '"a-b=c"'],
    ['', '""'],
  ])('%j', (text, expected) => expect(forCsv(text)).toBe(expected));

  it('is one quoted field in which no part starts a formula, whatever the separator', () => {
    every((text) => {
      const field = forCsv(text);
      expect(field).toMatch(/^"(?:[^"]|"")*"$/);
      for (const part of field.slice(1, -1).split(/[,;|]/))
        expect(part.trimStart()).not.toMatch(/^["\s]*[=+\-@\uff1d\uff0b\uff0d\uff20]/);
    });
  });

  it('adds no second apostrophe', () => {
    every((text) => {
      const inner = forCsv(text).slice(1, -1).replaceAll('""', '"');
      expect(forCsv(inner)).toBe(forCsv(text));
    });
  });
});

describe('forWorkflowCommand', () => {
  it('escapes as the toolkit does', () => {
    expect(forWorkflowCommand('100%: a, b', 'data')).toBe('100%25: a, b');
    expect(forWorkflowCommand('100%: a, b', 'property')).toBe('100%25%3A a%2C b');
    expect(forWorkflowCommand('a\n::set-output name=x::y', 'data')).toBe('a\\u{a}::set-output name=x::y');
  });

  it('ends no property and no command', () => {
    every((text) => {
      expect(forWorkflowCommand(text, 'property')).not.toMatch(/[:,]|%(?!25|3A|2C)/);
      expect(decodeURIComponent(forWorkflowCommand(text, 'data'))).toBe(forTerminal(text));
    });
  });
});
