import { describe, expect, it } from 'vitest';
import { decodeText } from '../../../src/workers/privacy/decode.js';
import { isMedia } from '../../../src/workers/privacy/media.js';

const latin1 = (text: string) => Buffer.from(text, 'latin1');

describe('decodeText', () => {
  it.each([
    ['NUL in the middle', latin1('ab\0cd')],
    ['UTF-16 without a mark', Buffer.from('abcd', 'utf16le')],
    ['a mark and half a unit', latin1('\xff\xfea\0b\0\0')],
  ])('gives nothing for %s', (_, bytes) => expect(decodeText(bytes)).toBeUndefined());

  it.each([
    ['nothing', Buffer.alloc(0), ''],
    ['UTF-8', Buffer.from('é😀'), 'é😀'],
    ['UTF-8 with a mark', Buffer.from('\ufeffa'), '\ufeffa'],
    ['UTF-16LE with a mark', Buffer.from('\ufeffé', 'utf16le'), '\ufeffé'],
    ['UTF-16BE with a mark', Buffer.from('\ufeffé', 'utf16le').swap16(), '\ufeffé'],
    ['Latin-1', latin1('r\xe9'), 'ré'],
    ['a gettext catalogue', latin1('\xde\x12\x04\x95\0\0a@b.se\0'), '\ufffd\x12\x04\ufffd\0\0a@b.se\0'],
  ])('reads %s', (_, bytes, text) => expect(decodeText(bytes)).toBe(text));
});

describe('isMedia', () => {
  it.each(['', 'PK\x03\x04', '%PDF-1.7\0', 'SQLite format 3\0', ' \x89PNG\r\n\x1a\n'])('is false for %j', (head) =>
    expect(isMedia(latin1(head))).toBe(false),
  );
  it.each(['\x89PNG\r\n\x1a\n\0', '\xff\xd8\xff\xe0\0', 'GIF89a\0', 'wOF2\0', '\0\0\0\x18ftypmp42'])(
    'is true for %j',
    (head) => expect(isMedia(latin1(head))).toBe(true),
  );
});
