// Builds `dist/`: the library and command line by tsc, and each worker as one file with its assets beside it.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);

/** Files that a worker opens at run time, copied beside it: worker → module specifiers. */
const ASSETS = {
  ruff: ['@astral-sh/ruff-wasm-nodejs/ruff_wasm_bg.wasm'],
};

export async function buildWorkers(outdir) {
  const entries = readdirSync(join(root, 'bin/workers')).filter((name) => name.endsWith('.ts'));
  await Promise.all(
    entries.map(async (entry) => {
      const name = basename(entry, '.ts');
      const folder = join(outdir, name);
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
      await build({
        entryPoints: [join(root, 'bin/workers', entry)],
        outfile: join(folder, 'worker.mjs'),
        bundle: true,
        platform: 'node',
        format: 'esm',
        target: 'node20.19',
        minifySyntax: true,
        legalComments: 'none',
        logLevel: 'warning',
        // Bundled CommonJS packages call `require` for Node's own modules.
        banner: { js: "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);" },
      });
      for (const asset of ASSETS[name] ?? []) cpSync(require.resolve(asset), join(folder, basename(asset)));
    }),
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  execFileSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', root], { stdio: 'inherit' });
  await buildWorkers(join(root, 'dist/workers'));
}
