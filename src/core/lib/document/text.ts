import { isUtf8 } from 'node:buffer';
import { Refusal, type RefusalCode } from '../errors.js';
import { DOCUMENT_LIMITS } from './limits.js';
import { fileName, type Problems, problemsOf } from './problems.js';

const BYTE_ORDER_MARK = '\uFEFF';
const LINE_FEED = 0x0a;

/** A document's text without its byte-order mark, within the size limit, valid Unicode and free of NUL. */
export function documentText(
  input: string | Uint8Array,
  options: { file: string; code: RefusalCode },
): { text: string; problems: Problems } {
  const decoded = typeof input === 'string' ? sized(input, options) : decode(input, options);
  const text = decoded.startsWith(BYTE_ORDER_MARK) ? decoded.slice(1) : decoded;
  const problems = problemsOf(options.file, options.code, text);
  const nul = text.indexOf('\0');
  if (nul >= 0) throw problems.fatal(nul, 'a NUL character: not a text file');
  const surrogate = text.search(/\p{Surrogate}/u);
  if (surrogate >= 0) throw problems.fatal(surrogate, 'half of a surrogate pair: not valid Unicode');
  return { text, problems };
}

function sized(text: string, options: { file: string; code: RefusalCode }): string {
  refuseLarge(Buffer.byteLength(text), options);
  return text;
}

function decode(bytes: Uint8Array, options: { file: string; code: RefusalCode }): string {
  refuseLarge(bytes.length, options);
  if (isUtf8(bytes)) return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  const line = firstBadLine(bytes);
  throw new Refusal(options.code, [
    { file: fileName(options.file), line, message: 'not UTF-8', remedy: 'Save it as UTF-8.' },
  ]);
}

function refuseLarge(bytes: number, { file, code }: { file: string; code: RefusalCode }): void {
  if (bytes <= DOCUMENT_LIMITS.bytes) return;
  throw new Refusal(code, [
    { file: fileName(file), message: `${bytes} bytes: expected at most ${DOCUMENT_LIMITS.bytes}` },
  ]);
}

/** One-based. A line feed is never part of a longer UTF-8 sequence, so lines can be judged one by one. */
function firstBadLine(bytes: Uint8Array): number {
  let line = 1;
  for (let start = 0; start < bytes.length; line += 1) {
    const end = bytes.indexOf(LINE_FEED, start);
    const stop = end < 0 ? bytes.length : end;
    if (!isUtf8(bytes.subarray(start, stop))) break;
    start = stop + 1;
  }
  return line;
}
