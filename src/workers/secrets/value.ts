import type { Syntax } from './syntax.js';

/** A name in the text and the value that the text gives it. Byte offsets, ends exclusive. */
export interface Span {
  start: number;
  end: number;
}
export interface AssignedValue extends Span {
  quoted: boolean;
}

/** Each pattern is sticky, bounded and of one class per step, so that reading a value costs a constant at most. */
const CLOSING_QUOTE = /\\?["'`]/y;
const GAP = /[ \t]{0,60}/y;
const OPERATOR = /[ \t]{0,60}(?:[:?+.|]{0,3}={1,3}>?|:(?!:)|->)[ \t]{0,60}/y;
const TYPE_BEFORE = /[ \t]{1,20}[A-Za-z_][\w.<>[\]|]{0,30}(?=[ \t]{0,20}:?=)/y;
const TYPE_AFTER = /[A-Za-z_][\w.<>[\]| ]{0,40}=[ \t]{0,20}(?=["'`])/y;
const ATTRIBUTE = /[ \t\r\n]{1,40}value[ \t]{0,10}=[ \t]{0,10}(?=["'])/iy;
const ARGUMENT = /[ \t]{0,20},[ \t]{0,60}(?=["'`])/y;
const LITERAL_PREFIX = /(?:[bBrRuUfFL]{1,2}|@)(?=["'])/y;
const SCHEME = /(?:Bearer|Basic|Token|Api-?Key|Api-?Token|Digest|Bot)[ \t]{1,10}/iy;
const UNQUOTED = /(?:[^\s"'`<>\\&,;]|&(?![\w.%-]{1,30}=)|,(?![\w.-]{1,30}[=:]|\s)|\\(?![nrtbf"'\\]))+/y;
const IN_STRING = /[^\s"'`<>(){}[\],;&\\]+(?=[;"'&])/y;
const ELEMENT_OPEN = /(?:\s[^<>]{0,80})?>\s{0,80}/y;
const ELEMENT_TEXT = /[^<\s][^<\r\n]*(?=\s{0,80}<\/)/y;
const LONGEST = 1024;

/** The part of the text that is read for one value. */
interface Reader {
  /** Moves on over the pattern's match, or stays; whether it moved. */
  skip(pattern: RegExp): boolean;
  at: number;
  text: string;
}

/** The value that `name` is given, by `=`, `:`, `=>`, as a call's next argument, as XML, or as a command's option. */
export function assignedValue(text: string, name: Span, syntax: Syntax): AssignedValue | undefined {
  const window = text.slice(name.end, name.end + LONGEST);
  const before = text.slice(Math.max(0, name.start - 4), name.start);
  const found = before.endsWith('<') ? elementText(reader(window)) : assigned(reader(window), before, syntax);
  if (found === undefined) return undefined;
  return { ...found, start: found.start + name.end, end: found.end + name.end };
}

function reader(text: string): Reader {
  return {
    text,
    at: 0,
    skip(pattern) {
      pattern.lastIndex = this.at;
      if (!pattern.test(text)) return false;
      const moved = pattern.lastIndex > this.at;
      this.at = pattern.lastIndex;
      return moved;
    },
  };
}

function elementText(read: Reader): AssignedValue | undefined {
  return read.skip(ELEMENT_OPEN) ? span(read, ELEMENT_TEXT, true) : undefined;
}

function span(read: Reader, pattern: RegExp, quoted: boolean): AssignedValue | undefined {
  const start = read.at;
  return read.skip(pattern) ? { start, end: read.at, quoted } : undefined;
}

function assigned(read: Reader, before: string, syntax: Syntax): AssignedValue | undefined {
  const nameQuoted = /["'`]$/.test(before) && read.skip(CLOSING_QUOTE);
  const escaped = nameQuoted && read.text.startsWith('\\');
  if (nameQuoted && read.text.charAt(read.at) === ']') read.at += 1;
  if (nameQuoted && read.skip(ATTRIBUTE)) return quotedValue(read, escaped);
  if (nameQuoted && /\w\(\s?["'`]$/.test(before) && read.skip(ARGUMENT)) return quotedValue(read, escaped);
  if (!nameQuoted) read.skip(TYPE_BEFORE);
  const spaced = /\s/.test(read.text.charAt(read.at));
  if (!read.skip(OPERATOR)) return afterSpace(read, before, syntax);
  read.skip(TYPE_AFTER);
  read.skip(LITERAL_PREFIX);
  if (/["'`]/.test(read.text.charAt(read.at)) || read.text.startsWith('\\"', read.at))
    return quotedValue(read, escaped);
  const scheme = read.skip(SCHEME);
  if (syntax !== 'code' || scheme) return unquoted(read);
  return spaced ? undefined : span(read, IN_STRING, false);
}

/** `--password VALUE`, `PASSWORD 'VALUE'`, and netrc's `password VALUE`. */
function afterSpace(read: Reader, before: string, syntax: Syntax): AssignedValue | undefined {
  if (!read.skip(GAP)) return undefined;
  if (/["']/.test(read.text.charAt(read.at))) return quotedValue(read, false);
  return syntax === 'store' || before.endsWith('--') ? unquoted(read) : undefined;
}

function unquoted(read: Reader): AssignedValue | undefined {
  read.skip(SCHEME);
  const found = span(read, UNQUOTED, false);
  // `ghp_<your token>` is a template; only a closing tag may follow.
  if (found === undefined || /^<[^/]/.test(read.text.slice(read.at, read.at + 2))) return undefined;
  const trailing = /[,;)\]}]*$/.exec(read.text.slice(found.start, found.end))?.[0].length ?? 0;
  return { ...found, end: found.end - trailing };
}

/** Up to the same quote on the same line; inside an escaped string (`\"name\": \"value\"`) up to the escaped quote. */
function quotedValue(read: Reader, escaped: boolean): AssignedValue | undefined {
  if (read.text.charAt(read.at) === '\\') read.at += 1;
  const quote = read.text.charAt(read.at);
  const triple = quote !== '`' && read.text.startsWith(quote.repeat(3), read.at);
  read.at += triple ? 3 : 1;
  read.skip(SCHEME);
  const start = read.at;
  for (let i = start; i < read.text.length; i++) {
    const char = read.text.charAt(i);
    if (char === '\n') return undefined;
    if (char === quote || (escaped && char === '\\')) return { start, end: i, quoted: true };
    if (char === '\\') i += 1;
  }
  return undefined;
}
