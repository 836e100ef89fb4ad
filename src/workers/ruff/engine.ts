import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { compileFunction } from 'node:vm';
import type { Diagnostic, PositionEncoding, Workspace } from '@astral-sh/ruff-wasm-nodejs';

/** Files of `@astral-sh/ruff-wasm-nodejs` that ship beside the worker. */
const LOADER = 'ruff_wasm.js';

interface RuffModule {
  Workspace: typeof Workspace;
  PositionEncoding: typeof PositionEncoding;
}

/**
 * The whole configuration: bandit's rules that are not in preview. Nothing of it comes from the tree.
 * A version is named so that no Ruff release moves the syntax that counts as an error.
 */
const SETTINGS = { 'target-version': 'py314', preview: false, lint: { select: ['S'], preview: false } };

export interface RuffEngine {
  /** Diagnostics with one-based lines and UTF-16 columns. Throws what the WebAssembly instance throws. */
  check(text: string): Diagnostic[];
  /** The token stream, one token a line, as `    Kind start..end,` in UTF-8 byte offsets. */
  tokens(text: string): string;
}

/**
 * Ruff in WebAssembly. The package's loader runs from beside the worker, so that it finds its `.wasm` there.
 * A trap or a timeout leaves an instance in an unknown state: the next call then gets a fresh one.
 */
export function loadRuff(asset: (name: string) => string): RuffEngine {
  let workspace: Workspace | undefined;
  const run = <T>(work: (current: Workspace) => T): T => {
    const current = workspace ?? newWorkspace(asset(LOADER));
    workspace = undefined; // stays so when `work` does not return
    const result = work(current);
    workspace = current;
    return result;
  };
  return { check: (text) => run((current) => current.check(text)), tokens: (text) => run((it) => it.tokens(text)) };
}

/**
 * Ruff is large and a scan is short: V8's optimising compiler costs more than it saves (wagtail, 1,384 files: 5.9 CPU s
 * and 457 MB with it, 2.3 s and 120 MB without), and by its timing moves the depth at which the stack overflows.
 */
const BASELINE_COMPILER_ONLY = '--liftoff-only';

function newWorkspace(loader: string): Workspace {
  setFlagsFromString(BASELINE_COMPILER_ONLY);
  const ruff = evaluate(loader);
  return new ruff.Workspace(SETTINGS, ruff.PositionEncoding.Utf16);
}

/** Evaluates a CommonJS file wherever it lies: `require` would read the nearest package.json to choose its module type. */
function evaluate(path: string): RuffModule {
  const exports: Partial<RuffModule> = {};
  const body = compileFunction(readFileSync(path, 'utf8'), ['exports', 'require', '__dirname'], { filename: path });
  body(exports, createRequire(path), dirname(path));
  const { Workspace, PositionEncoding } = exports;
  if (Workspace === undefined || PositionEncoding === undefined) throw new Error('the Ruff loader exports nothing');
  return { Workspace, PositionEncoding };
}
