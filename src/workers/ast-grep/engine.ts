import { readFileSync } from 'node:fs';
import * as bindings from '@ast-grep/wasm/wasm_bg.js';
import { GRAMMARS, LANGUAGES, type Language } from './languages.js';
import type { Matcher } from './rules.js';

/** Offsets in UTF-16 units, the end exclusive. */
export interface Span {
  start: number;
  end: number;
}

export interface SyntaxTree {
  /** Whether the parser had to skip or invent something. */
  hasError(): boolean;
  /** Depth of the tree, counted no further than `limit` + 1. */
  depth(limit: number): number;
  /** Throws when the matcher is not a valid one for the language. */
  find(matcher: Matcher): Span[];
  free(): void;
}

export type Parse = (language: Language, text: string) => SyntaxTree;

/** The bindings keep one WebAssembly instance for the process, and a second would corrupt it. */
let loaded: Promise<Parse> | undefined;

/**
 * ast-grep in WebAssembly with tree-sitter's grammars: the same files on every platform, and no native code in the
 * sandbox. The library, unlike the command, knows no suppression comments.
 */
export function loadAstGrep(asset: (name: string) => string): Promise<Parse> {
  loaded ??= instantiate(asset);
  return loaded;
}

async function instantiate(asset: (name: string) => string): Promise<Parse> {
  const module = new WebAssembly.Module(readFileSync(asset('wasm_bg.wasm')));
  const instance = new WebAssembly.Instance(module, { './wasm_bg.js': { ...bindings } });
  bindings.__wbg_set_wasm(instance.exports);
  const start = instance.exports['__wbindgen_start'];
  if (typeof start === 'function') start();
  await bindings.initializeTreeSitter();
  for (const language of LANGUAGES) {
    const { file, ...options } = GRAMMARS[language];
    await bindings.registerDynamicLanguage({ [language]: { libraryPath: asset(file), ...options } });
  }
  return (language, text) => syntaxTree(bindings.parse(language, text));
}

/** The part of web-tree-sitter's tree that is used. */
interface InnerTree {
  rootNode: { hasError: boolean };
  walk(): Cursor;
}

interface Cursor {
  gotoFirstChild(): boolean;
  gotoNextSibling(): boolean;
  gotoParent(): boolean;
  delete(): void;
}

function syntaxTree(tree: bindings.SgRoot): SyntaxTree {
  const inner: InnerTree = tree.getInnerTree();
  const root = tree.root();
  return {
    hasError: () => inner.rootNode.hasError,
    depth: (limit) => depthOf(inner.walk(), limit),
    find: (matcher) => root.findAll(matcher).map(spanOf),
    free: () => {
      root.free();
      tree.free();
    },
  };
}

function spanOf(node: bindings.SgNode): Span {
  const { start, end } = node.range();
  const span = { start: start.index, end: end.index };
  node.free();
  return span;
}

function depthOf(cursor: Cursor, limit: number): number {
  let depth = 0;
  let deepest = 0;
  for (let more = true; more && deepest <= limit; ) {
    if (cursor.gotoFirstChild()) depth += 1;
    else {
      while (depth > 0 && !cursor.gotoNextSibling()) {
        cursor.gotoParent();
        depth -= 1;
      }
      more = depth > 0;
    }
    deepest = Math.max(deepest, depth);
  }
  cursor.delete();
  return deepest;
}
