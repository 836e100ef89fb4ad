import type { ESLint, Linter } from 'eslint';
import unsanitizedMethod from 'eslint-plugin-no-unsanitized/lib/rules/method.js';
import unsanitizedProperty from 'eslint-plugin-no-unsanitized/lib/rules/property.js';
import * as regexp from 'eslint-plugin-regexp';
import security from 'eslint-plugin-security';
import { RULES } from './table.js';

/** One way to read a file: the configuration, and a name that tells the parser the dialect; the file's own name is never used. */
export interface Attempt {
  filename: string;
  config: Linter.Config;
}

type SourceType = 'module' | 'commonjs';

/** A file that parses neither as a module nor as CommonJS (which also takes a `return` outside functions) is unread. */
const JAVASCRIPT: Readonly<Record<string, readonly SourceType[]>> = {
  js: ['module', 'commonjs'],
  jsx: ['module', 'commonjs'],
  mjs: ['module'],
  cjs: ['commonjs', 'module'],
};

/** The dialect's canonical extension: in `.tsx` alone, `<T>` opens an element. */
const TYPESCRIPT: Readonly<Record<string, string>> = { ts: 'ts', mts: 'ts', cts: 'ts', tsx: 'tsx' };

/** The ways to read a file, to be tried in turn; none when its extension is not JavaScript's or TypeScript's. */
export function attemptsFor(path: string, typescriptParser: Linter.Parser | undefined): Attempt[] {
  const dialect = dialectOf(path);
  if (dialect === undefined) return (JAVASCRIPT[extensionOf(path)] ?? []).map(javascript);
  if (typescriptParser === undefined) throw new Error('a TypeScript file that the worker was not told of');
  return [typescript(dialect, typescriptParser)];
}

export const isTypeScript = (path: string): boolean => dialectOf(path) !== undefined;

const dialectOf = (path: string): string | undefined => TYPESCRIPT[extensionOf(path)];
const extensionOf = (path: string): string => /\.([a-z]+)$/.exec(path.toLowerCase())?.[1] ?? '';

function javascript(sourceType: SourceType): Attempt {
  const parserOptions = { ecmaFeatures: { jsx: true } };
  return {
    filename: 'file.js',
    config: configOf({ sourceType, ecmaVersion: 'latest', globals: GLOBALS, parserOptions }),
  };
}

function typescript(extension: string, parser: Linter.Parser): Attempt {
  const parserOptions = { ecmaFeatures: { jsx: extension === 'tsx' } };
  const config = configOf({ sourceType: 'module', parser, globals: GLOBALS, parserOptions });
  return { filename: `file.${extension}`, config };
}

/** Names that `no-implied-eval` and `no-eval` take for the host's own only when declared. */
const GLOBALS = Object.fromEntries(
  ['window', 'self', 'global', 'globalThis', 'setTimeout', 'setInterval', 'setImmediate', 'execScript', 'document'].map(
    (name) => [name, 'readonly' as const],
  ),
);

/** The index of no-unsanitized opens its package.json when it loads, so its rules are taken one by one. */
const PLUGINS: Record<string, ESLint.Plugin> = {
  security,
  regexp: { rules: regexp.rules },
  'no-unsanitized': { rules: { method: unsanitizedMethod, property: unsanitizedProperty } },
};

/** The whole configuration. Inline comments of the file configure nothing. */
function configOf(languageOptions: Linter.LanguageOptions): Linter.Config {
  return {
    files: ['**/*.js', '**/*.ts', '**/*.tsx'],
    plugins: PLUGINS,
    languageOptions,
    linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'off' },
    rules: Object.fromEntries(Object.keys(RULES).map((id) => [id, 'error' as const])),
  };
}
