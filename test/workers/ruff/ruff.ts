import { ruffTool } from '../../../src/workers/ruff/tool.js';
import { type Collected, collect } from './collect.js';

const PACKAGE = '@astral-sh/ruff-wasm-nodejs';

/** The files of the package that the worker finds beside itself. */
export const RUFF_ASSETS = {
  'ruff_wasm.js': `${PACKAGE}/ruff_wasm.js`,
  'ruff_wasm_bg.wasm': `${PACKAGE}/ruff_wasm_bg.wasm`,
};

export function ruff(files: Record<string, string | Buffer>): Promise<Collected> {
  return collect(ruffTool(), files, { assets: RUFF_ASSETS });
}
