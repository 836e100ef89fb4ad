/** One comment token of Ruff's own lexer, in UTF-8 byte offsets. */
const COMMENT = /^ {4}Comment (\d+)\.\.(\d+),$/gm;

/**
 * Empties every comment, at the same length in UTF-16 units, so that no suppression comment of any form or spelling is
 * left for Ruff to obey (it has no switch for them): what a comment says can then steer nothing, also in forms that a
 * later version adds. None of the security rules reads comments. Strings are never touched, since Ruff's own lexer says
 * what is a comment. The text must be well-formed UTF-16.
 */
export function emptyComments(text: string, tokens: string): string {
  const utf8 = Buffer.from(text);
  const parts: string[] = [];
  let done = 0;
  for (const match of tokens.matchAll(COMMENT)) {
    const start = Number(match[1]);
    const end = Number(match[2]);
    parts.push(utf8.toString('utf8', done, start), '#', ' '.repeat(utf8.toString('utf8', start, end).length - 1));
    done = end;
  }
  return parts.join('') + utf8.toString('utf8', done);
}
