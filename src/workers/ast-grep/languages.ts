/** The grammars that ship beside the worker: language → file, and the letter that stands for `$` where that is no letter. */
export const GRAMMARS = {
  python: { file: 'tree-sitter-python.wasm', expandoChar: 'µ' },
  javascript: { file: 'tree-sitter-javascript.wasm' },
  typescript: { file: 'tree-sitter-typescript.wasm' },
  tsx: { file: 'tree-sitter-tsx.wasm' },
  go: { file: 'tree-sitter-go.wasm', expandoChar: 'µ' },
  java: { file: 'tree-sitter-java.wasm' },
} as const;

export type Language = keyof typeof GRAMMARS;

export const LANGUAGES = ['python', 'javascript', 'typescript', 'tsx', 'go', 'java'] as const satisfies Language[];

const EXTENSIONS: Readonly<Record<string, Language>> = {
  py: 'python',
  pyi: 'python',
  js: 'javascript',
  jsx: 'javascript',
  mjs: 'javascript',
  cjs: 'javascript',
  ts: 'typescript',
  mts: 'typescript',
  cts: 'typescript',
  tsx: 'tsx',
  go: 'go',
  java: 'java',
};

/** The language of a path by its extension; `undefined` for a file that no rule judges. */
export function languageOf(path: string): Language | undefined {
  const extension = /\.([a-z]+)$/.exec(path.toLowerCase())?.[1];
  return extension === undefined ? undefined : EXTENSIONS[extension];
}
