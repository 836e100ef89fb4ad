import { spawn } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Answer, Order } from './orchestrator.js';

/** How the child is started; `wrap` goes before its command, such as setpriv with its options. */
export interface ChildOptions {
  env?: Record<string, string>;
  wrap?: string[];
}

/** Builds the orchestrator as one file, so that another process (or user) can run it. */
export const buildOrchestrator = (folder: string): Promise<string> => bundled('orchestrator', folder);

/** Builds a script of `test/support/` as one file. */
export async function bundled(name: string, folder: string): Promise<string> {
  const outfile = join(folder, `${name}.mjs`);
  await build({
    entryPoints: [`test/support/${name}.ts`],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.19',
    logLevel: 'warning',
    // Optional parts of a dependency that are not installed.
    external: ['ajv', 'ajv-*', 'libxmljs2', 'xmlbuilder2'],
    banner: {
      js: "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url); const __dirname = import.meta.dirname;",
    },
  });
  chmodSync(outfile, 0o644);
  return outfile;
}

/** Runs one scan in a process of its own. `killed` when it ended itself by SIGKILL. */
export function scanInChild(
  orchestrator: string,
  order: Order,
  { env = {}, wrap = [] }: ChildOptions = {},
): Promise<Answer | 'killed'> {
  const [program = '', ...args] = [...wrap, process.execPath, orchestrator];
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: 'pipe' });
  child.stdin.end(JSON.stringify(order));
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (signal === 'SIGKILL') resolve('killed');
      else if (code === 0) resolve(JSON.parse(out));
      else reject(new Error(`child ended with ${code ?? signal}: ${err}`));
    });
  });
}
