/**
 * The deepest expression or block that is judged. Ruff walks the syntax tree by recursion; on Node's default stack of
 * 984 kB the least depth that overflowed was 839 (nested f-strings), or 332 in code that V8 optimised (a sum of strings).
 * A cap well below both makes the outcome of a file independent of Node's version. The deepest of 4,220 files of
 * the standard library and common packages is 164, the next 38.
 */
export const MAX_DEPTH = 200;

const OPEN = ['Lpar', 'Lsqb', 'Lbrace', 'FStringStart', 'TStringStart'];
const CLOSE = ['Rpar', 'Rsqb', 'Rbrace', 'FStringEnd', 'TStringEnd'];
/** Each of these makes the tree one level deeper. Chains of `and`, `or` and comparisons are one flat node. */
const OPERATORS = [
  ...['Plus', 'Minus', 'Star', 'DoubleStar', 'Slash', 'DoubleSlash', 'Percent', 'At', 'Vbar', 'Amper', 'CircumFlex'],
  ...['LeftShift', 'RightShift', 'Tilde', 'Not', 'Dot', 'Lambda', 'If', 'Await', 'Yield'],
];
const BREAKS = ['Comma', 'Newline', 'Semi'];

const TOKEN = new RegExp(`^ {4}(${[...OPEN, ...CLOSE, ...OPERATORS, ...BREAKS, 'Indent', 'Dedent'].join('|')}) `, 'gm');

const KINDS = new Map<string, 'open' | 'close' | 'operator' | 'break'>([
  ...OPEN.map((kind) => [kind, 'open'] as const),
  ...CLOSE.map((kind) => [kind, 'close'] as const),
  ...OPERATORS.map((kind) => [kind, 'operator'] as const),
  ...BREAKS.map((kind) => [kind, 'break'] as const),
]);

/** An upper bound of the syntax tree's depth: blocks, open brackets, and the operators before each since its last comma. */
export function depthBound(tokens: string): number {
  let deepest = 0;
  let blocks = 0;
  let outside = 0;
  let level = 0;
  const levels: number[] = [];
  for (const [, kind = ''] of tokens.matchAll(TOKEN)) {
    if (kind === 'Indent') blocks += 1;
    else if (kind === 'Dedent') blocks -= 1;
    const role = KINDS.get(kind);
    if (role === 'break') level = 0;
    else if (role === 'operator') level += 1;
    else if (role === 'open') {
      levels.push(level);
      outside += level + 1;
      level = 0;
    } else if (role === 'close' && levels.length > 0) {
      level = (levels.pop() ?? 0) + 1;
      outside -= level;
    }
    deepest = Math.max(deepest, blocks + outside + level);
  }
  return deepest;
}
