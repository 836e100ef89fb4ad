import { join } from 'node:path';

const GRAMMARS = ['python', 'javascript', 'go', 'java'].map((name) => `tree-sitter-${name}/tree-sitter-${name}.wasm`);
const TYPESCRIPT = ['typescript', 'tsx'].map((name) => `tree-sitter-typescript/tree-sitter-${name}.wasm`);

/** What the worker finds beside itself: asset name → npm specifier or path. */
export const AST_GREP_ASSETS: Record<string, string> = {
  ...Object.fromEntries(
    ['@ast-grep/wasm/wasm_bg.wasm', ...GRAMMARS, ...TYPESCRIPT].map((name) => [name.split('/').at(-1) ?? name, name]),
  ),
  '.': join(import.meta.dirname, '../../../rules'),
};
