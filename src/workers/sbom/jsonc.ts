const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const BRACKET = 93;
const BRACE = 125;

/** JSON whose lists and objects may end in a comma, as JSON of the same length: each such comma is a space. */
export function withoutTrailingCommas(text: string): string {
  const parts: string[] = [];
  let from = 0;
  let comma = -1;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code <= 32) continue;
    if (comma >= 0 && (code === BRACKET || code === BRACE)) {
      parts.push(text.slice(from, comma), ' ');
      from = comma + 1;
    }
    comma = code === COMMA ? at : -1;
    if (code === QUOTE) at = endOfString(text, at);
  }
  return parts.join('') + text.slice(from);
}

/** Where the quote stands that ends a string; the end of the text when none does. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  for (let code = text.charCodeAt(at); at < text.length && code !== QUOTE; code = text.charCodeAt(at)) {
    at += code === BACKSLASH ? 2 : 1;
  }
  return at;
}
