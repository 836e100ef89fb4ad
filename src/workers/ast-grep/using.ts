import type { Language } from './languages.js';

const SCRIPTS: readonly Language[] = ['javascript', 'typescript', 'tsx'];

/**
 * `using` where it is a name: no part of a longer one, no property behind a dot, and before no name on its line, which would
 * make it the keyword of a declaration (ECMAScript, Explicit Resource Management). `in` and `instanceof` are no names.
 */
const USING =
  /(?<=\.\.\.|(?<![\p{ID_Continue}$.#]))using(?![\p{ID_Continue}$\\])(?![^\S\r\n\u2028\u2029]*(?!(?:in|instanceof)\b)[\p{ID_Start}$_\\])/gu;

/**
 * A script whose variables named `using` have another name of the same length, so that places stay. The grammars
 * (tree-sitter-javascript 0.25.0, tree-sitter-typescript 0.23.2) take the word for the keyword alone and fail at
 * `using = f`, which older code has. For a parser only: nothing of it may be shown.
 */
export const withoutUsing = (language: Language, text: string): string =>
  SCRIPTS.includes(language) ? text.replace(USING, 'usin_') : text;
