/**
 * What must not reach a terminal, log or document as it is: C0 and C1 controls (ANSI and OSC sequences start with one),
 * Unicode format characters (bidi overrides, zero-width and tag characters), line and paragraph separators, lone surrogates.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/** GitHub Actions reads `##[…` anywhere in a line and `::…` at its start as a command, Azure Pipelines `##vso[…`. */
const COMMAND = /##(?=\[|vso\[)|^\s*:(?=:)/gi;

const escaped = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;

/**
 * Hostile text as one safe line: unsafe characters become `\u{…}` and workflow commands are broken up.
 * The result has at most `max` UTF-16 code units (at least 1); what does not fit is replaced by `…`.
 */
export function printable(text: string, max: number): string {
  let result = '';
  // A character gives at least one code unit of output, so nothing past `max` characters can matter.
  for (const character of text.slice(0, 2 * max + 2).replace(COMMAND, breakUp)) {
    const piece = UNSAFE.test(character) ? escaped(character) : character;
    if (result.length + piece.length > max) return cut(result, max);
    result += piece;
  }
  return result;
}

const breakUp = (command: string): string => command.slice(0, -1) + escaped(command.slice(-1));

/** Drops whole characters from the end until the ellipsis fits. */
function cut(result: string, max: number): string {
  const characters = [...result];
  while (characters.join('').length > max - 1) characters.pop();
  return `${characters.join('')}…`;
}
