// Builds `dist/`: the library and command line as few files with their types, each worker as one with its assets beside it.
// `node build.js --lock` also writes tools/embedded.lock.json and the lock of the Dagger module; without it a worker that is
// not the locked one is an error.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { moduleLock } from './module-lock.js';
import { writeNotices } from './notices.js';

const root = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const LOCK = join(root, 'tools/embedded.lock.json');

/** Files of packages that a worker opens at run time, copied beside it: worker → module specifiers. */
const ASSETS = {
  ruff: ['@astral-sh/ruff-wasm-nodejs/ruff_wasm.js', '@astral-sh/ruff-wasm-nodejs/ruff_wasm_bg.wasm'],
  'ast-grep': [
    '@ast-grep/wasm/wasm_bg.wasm',
    'web-tree-sitter/web-tree-sitter.wasm',
    ...['python', 'javascript', 'go', 'java'].map((name) => `tree-sitter-${name}/tree-sitter-${name}.wasm`),
    ...['typescript', 'tsx'].map((name) => `tree-sitter-typescript/tree-sitter-${name}.wasm`),
  ],
};

/** Rules of this project that go beside a worker: worker → [folder under rules/, folder beside the worker]. */
const RULES = { 'ast-grep': ['.', '.'], secrets: ['secrets', 'rules'] };

/** The package whose version a worker has; the others are this project's own. */
const ENGINES = {
  ruff: '@astral-sh/ruff-wasm-nodejs',
  'eslint-security': 'eslint',
  'ast-grep': '@ast-grep/wasm',
};

/** Module paths end up in the output: they must not depend on where the build is started. */
const COMMON = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  // Names stay, for stack traces.
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
  // Bundled CommonJS packages call `require` for Node's own modules.
  banner: { js: "import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);" },
};

/** Optional: a peer that the user may have, and what CycloneDX's library would write XML with. */
const NOT_BUNDLED = ['@dagger.io/dagger', 'xmlbuilder2'];

/**
 * Hundreds of small files take far longer to load than these few, packages included. Each program by itself: what they
 * shared would be in a hundred pieces.
 */
async function buildPrograms(outdir) {
  for (const folder of ['core', 'cli', 'lib']) rmSync(join(outdir, folder), { recursive: true, force: true });
  execFileSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', root], { stdio: 'inherit' });
  for (const name of ['core/index', 'cli/main']) await buildProgram(name, outdir);
}

async function buildProgram(name, outdir) {
  const { metafile } = await build({
    ...COMMON,
    entryPoints: [{ in: `src/${name}.ts`, out: name }],
    outdir,
    // As deep as the entry points: the package's folder is found from there.
    chunkNames: 'lib/[name]-[hash]',
    splitting: true,
    external: NOT_BUNDLED,
  });
  for (const path of packageFolders(Object.keys(metafile.inputs))) bundled.add(path);
}

/** Builds every worker into a folder of its own. Resolves to the lock's entries. */
export async function buildWorkers(outdir) {
  const names = readdirSync(join(root, 'bin/workers')).filter((name) => name.endsWith('.ts'));
  const entries = await Promise.all(names.sort().map((name) => buildWorker(basename(name, '.ts'), outdir)));
  return Object.fromEntries(entries);
}

async function buildWorker(name, outdir) {
  const folder = join(outdir, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { metafile } = await build({
    ...COMMON,
    entryPoints: [{ in: join('bin/workers', `${name}.ts`), out: 'worker' }],
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    // What a worker imports only when it is needed is a file of its own.
    splitting: true,
    chunkNames: '[name]-[hash]',
  });
  for (const asset of ASSETS[name] ?? []) cpSync(require.resolve(asset), join(folder, basename(asset)));
  if (RULES[name] !== undefined) copyRules(join(root, 'rules', RULES[name][0]), join(folder, RULES[name][1]));
  return [name, lockEntry(name, folder, metafile)];
}

function copyRules(from, to) {
  mkdirSync(to, { recursive: true });
  for (const file of readdirSync(from)) if (file.endsWith('.yaml')) cpSync(join(from, file), join(to, file));
}

/** The folder of the innermost package of a path, and its name. */
const PACKAGE = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/;

/** Folders of all packages of which something is in `dist/`. */
const bundled = new Set();

/** The folders of the packages that these files are of, by path from here. */
function packageFolders(files) {
  const folders = new Set(files.map((file) => PACKAGE.exec(file)?.[0]).filter((path) => path !== undefined));
  return [...folders].map((path) => join(root, path));
}

function lockEntry(name, folder, metafile) {
  const assets = (ASSETS[name] ?? []).map((asset) => join('node_modules', asset));
  const folders = packageFolders([...Object.keys(metafile.inputs), ...assets]);
  for (const path of folders) bundled.add(path);
  const packages = Object.fromEntries(folders.map((path) => [PACKAGE.exec(path)[1], versionIn(path)]));
  const engine = ENGINES[name];
  const version = engine === undefined ? versionIn(root) : versionIn(join(root, 'node_modules', engine));
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = names.map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  const files = Object.fromEntries(paths.sort().map((path) => [path, sha256(join(folder, path))]));
  return { version, packages: sortKeys(packages), files };
}

const versionIn = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
const sha256 = (path) => createHash('sha256').update(readFileSync(path)).digest('hex');
const sortKeys = (object) => Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));

function settleLock(workers) {
  const text = `${JSON.stringify({ schemaVersion: 1, workers }, null, 2)}\n`;
  if (process.argv.includes('--lock')) writeFileSync(LOCK, text);
  else if (readFileSync(LOCK, 'utf8') !== text) {
    console.error(
      'The built workers are not those of tools/embedded.lock.json. After a wanted change: node build.js --lock',
    );
    process.exitCode = 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildPrograms(join(root, 'dist'));
  settleLock(await buildWorkers(join(root, 'dist/workers')));
  if (process.argv.includes('--lock')) writeFileSync(join(root, 'dagger/package/package-lock.json'), moduleLock(root));
  writeNotices(bundled, join(root, 'dist/THIRD-PARTY-NOTICES.txt'));
}
