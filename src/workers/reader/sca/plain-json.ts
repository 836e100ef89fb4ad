/** JSON with comments and trailing commas as JSON. One pass, whatever the text: what is cut off stays, and is not JSON then. */
export function plainJson(text: string): string {
  const kept: string[] = [];
  let comma = -1;
  for (let at = 0, end = 0; at < text.length; at = end) {
    end = tokenEnd(text, at);
    const token = text.slice(at, end);
    if (isComment(token)) continue;
    if ((token === '}' || token === ']') && comma >= 0) kept[comma] = '';
    if (token === ',') comma = kept.length;
    else if (token.trim() !== '') comma = -1;
    kept.push(token);
  }
  return kept.join('');
}

/** Whole: `/*` that nothing ends is none. */
const isComment = (token: string): boolean =>
  token.startsWith('//') || (token.length >= 4 && token.startsWith('/*') && token.endsWith('*/'));

/** Strings and comments are one token each, everything else is one for each character. */
function tokenEnd(text: string, at: number): number {
  if (text[at] === '"') return stringEnd(text, at + 1);
  if (text.startsWith('//', at)) return endBefore(text, text.indexOf('\n', at));
  if (text.startsWith('/*', at)) return endBefore(text, text.indexOf('*/', at + 2), 2);
  return at + 1;
}

const endBefore = (text: string, place: number, more = 0): number => (place < 0 ? text.length : place + more);

const QUOTE = 34;
const BACKSLASH = 92;

function stringEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at + 1;
}
