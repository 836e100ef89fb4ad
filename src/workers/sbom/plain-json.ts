const QUOTE = 34;
const BACKSLASH = 92;

/**
 * JSON with comments and trailing commas as JSON of the same length, so that places stay: spaces stand for them. One pass,
 * whatever the text: what is cut off stays, and is not JSON then.
 */
export function plainJson(text: string): string {
  const kept: string[] = [];
  let comma = -1;
  let from = 0;
  for (let at = 0, end = 0; at < text.length; at = end) {
    end = tokenEnd(text, at);
    const token = text[at] ?? '';
    if (isComment(text, at, end)) {
      kept.push(text.slice(from, at), text.slice(at, end).replace(/[^\n]/g, ' '));
      from = end;
    } else if (token === ',') {
      comma = kept.push(text.slice(from, at), ',') - 1;
      from = end;
    } else if (token > ' ') {
      if (comma >= 0 && (token === '}' || token === ']')) kept[comma] = ' ';
      comma = -1;
    }
  }
  return kept.join('') + text.slice(from);
}

/** Whole: `/*` that nothing ends is none. */
const isComment = (text: string, at: number, end: number): boolean =>
  text.startsWith('//', at) || (end - at >= 4 && text.startsWith('/*', at) && text.startsWith('*/', end - 2));

/** Strings and comments are one token each, everything else is one for each character. */
function tokenEnd(text: string, at: number): number {
  if (text[at] === '"') return stringEnd(text, at + 1);
  if (text.startsWith('//', at)) return endBefore(text, text.indexOf('\n', at));
  if (text.startsWith('/*', at)) return endBefore(text, text.indexOf('*/', at + 2), 2);
  return at + 1;
}

const endBefore = (text: string, place: number, more = 0): number => (place < 0 ? text.length : place + more);

function stringEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at + 1;
}
