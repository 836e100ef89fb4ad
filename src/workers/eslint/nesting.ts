/**
 * The deepest nesting of brackets that is parsed. On Node's default stack of 984 kB the TypeScript parser overflowed at
 * 300 (`(function(){` 150 times), ESLint's own at 500; near the overflow V8 may end the whole process.
 */
export const MAX_DEPTH = 120;

const SKIPPED = /\/\/[^\n\r]*|\/\*[\s\S]*?\*\/|"(?:[^"\\\n\r]|\\[\s\S])*"|'(?:[^'\\\n\r]|\\[\s\S])*'|[()[\]{}]/g;

/**
 * The depth of brackets outside comments and plain strings. A scan, not a parse: a regular expression literal may
 * mislead it. Overflows that it does not foresee still end as an error, never as a clean file.
 */
export function bracketDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of text.matchAll(SKIPPED)) {
    if (token === '(' || token === '[' || token === '{') depth += 1;
    else if (token === ')' || token === ']' || token === '}') depth = Math.max(0, depth - 1);
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}
