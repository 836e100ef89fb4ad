import { posix } from 'node:path';
import type { Language } from './languages.js';

const PYTHON = /^[ \t]*(?:from[ \t]+(\.*[\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n\r]*)|import[ \t]+([\w., \t]+))/gm;
const JAVASCRIPT = /(?:\bfrom|\bimport|\brequire[ \t]*\(|\bimport[ \t]*\()[ \t]*(['"])(\.{1,2}\/[^'"\n\r]*|\.{1,2})\1/g;
const SCRIPTS = ['ts', 'tsx', 'js', 'jsx', 'mts', 'cts', 'mjs', 'cjs'];

/**
 * What a file may import, as lists of candidate paths: of each list, the first that exists is what it imports.
 * Read from the text, so an import inside a string counts too. Python: absolute names are looked for from every folder
 * above the file, outermost first, since the tree does not tell its `sys.path`. JavaScript and TypeScript: relative
 * specifiers only, since aliases and packages need configuration that the tree controls.
 */
export function importsOf(path: string, language: Language, text: string): string[][] {
  switch (language) {
    case 'python':
      return [...text.matchAll(PYTHON)].flatMap(([, from, names = '', modules]) =>
        from === undefined ? pythonModules(path, modules ?? '') : pythonFrom(path, from, names),
      );
    case 'javascript':
    case 'typescript':
    case 'tsx':
      return [...text.matchAll(JAVASCRIPT)].map(([, , specifier = '']) => scriptCandidates(path, specifier));
    default:
      return [];
  }
}

function pythonModules(path: string, modules: string): string[][] {
  const names = modules.split(',').map((module) => module.trim().split(/[ \t]/)[0] ?? '');
  return names.filter((name) => name !== '').map((name) => pythonCandidates(roots(path), name.split('.')));
}

function pythonFrom(path: string, from: string, names: string): string[][] {
  const dots = /^\.*/.exec(from)?.[0].length ?? 0;
  const module = from.slice(dots).split('.').filter(Boolean);
  const bases = dots === 0 ? roots(path) : [upwards(posix.dirname(path), dots - 1)];
  const imported = names.replace(/[()]|#[^\n\r]*/g, '').split(',');
  const submodules = imported.map((name) => name.trim().split(/[ \t]/)[0] ?? '').filter((name) => /^\w+$/.test(name));
  return [module, ...submodules.map((name) => [...module, name])].map((parts) => pythonCandidates(bases, parts));
}

function pythonCandidates(bases: readonly string[], parts: readonly string[]): string[] {
  return bases.flatMap((base) => {
    const stem = posix.join(base, ...parts);
    return parts.length === 0 ? [`${stem}/__init__.py`] : [`${stem}.py`, `${stem}/__init__.py`];
  });
}

/** Every folder above a file, outermost first. */
function roots(path: string): string[] {
  const folders = path.split('/').slice(0, -1);
  return ['.', ...folders.map((_, depth) => folders.slice(0, depth + 1).join('/'))];
}

function upwards(folder: string, levels: number): string {
  return posix.join(folder, ...Array.from({ length: levels }, () => '..'));
}

function scriptCandidates(path: string, specifier: string): string[] {
  const target = posix.join(posix.dirname(path), specifier).replace(/\/$/, '');
  // TypeScript names the output: `./a.js` stands for `a.ts`.
  const stem = target.replace(/\.[cm]?jsx?$/, '');
  const named = [target, ...SCRIPTS.map((extension) => `${target}.${extension}`)];
  return [
    ...named,
    ...SCRIPTS.map((extension) => `${stem}.${extension}`),
    ...SCRIPTS.map((it) => `${target}/index.${it}`),
  ];
}
