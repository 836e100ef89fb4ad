import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/** The pipeline's order: a stage imports earlier stages and `lib` only. */
const STAGES = [
  'lib',
  'manifest',
  'policy',
  'source',
  'plan',
  'toolchain',
  'advisories',
  'runtime',
  'findings',
  'waivers',
  'verdict',
  'bundle',
  'attest',
  'verify',
  'shard',
  'diff',
  'history',
];

const CORE = resolve('src/core');

interface Import {
  from: string;
  to: string;
}

function imports(folder: string): Import[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return files.flatMap((name) => {
    const from = join(folder, name);
    const text = readFileSync(from, 'utf8');
    const found = [...text.matchAll(/^(?:import|export)\b[^;]*?from '(\.[^']+)'|import\('(\.[^']+)'\)/gms)];
    return found.map((match) => ({
      from,
      to: resolve(dirname(from), (match[1] ?? match[2] ?? '').replace(/\.js$/, '.ts')),
    }));
  });
}

const show = ({ from, to }: Import) => `${relative('.', from)} imports ${relative('.', to)}`;

/** The stage of a file under core; -1 for the files at core's root, which join the stages. */
function stageOf(path: string): number {
  const [stage, rest] = relative(CORE, path).split('/');
  return rest === undefined ? -1 : STAGES.indexOf(stage ?? '');
}

describe('the direction of imports', () => {
  it('knows every folder under core', () => {
    const folders = readdirSync(CORE, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => name).sort()).toEqual([...STAGES].sort());
  });

  it('goes from later stages to earlier ones alone', () => {
    const wrong = imports(CORE).filter(({ from, to }) => {
      const own = stageOf(from);
      return own >= 0 && (relative(CORE, to).startsWith('..') || stageOf(to) < 0 || stageOf(to) > own);
    });
    expect(wrong.map(show)).toEqual([]);
  });

  it('keeps core away from the command line and from workers', () => {
    const wrong = imports(CORE).filter(({ to }) => relative(CORE, to).startsWith('..'));
    expect(wrong.map(show)).toEqual([]);
  });

  it('lets workers use nothing of core but its values and lib', () => {
    const wrong = imports(resolve('src/workers')).filter(({ to }) => {
      const path = relative(CORE, to);
      return !path.startsWith('..') && !/^(lib\/|findings\/|source\/|advisories\/(ecosystems|names)\.ts$)/.test(path);
    });
    expect(wrong.map(show)).toEqual([]);
  });

  it('has no cycle between files', () => {
    const edges = new Map<string, string[]>();
    for (const { from, to } of [...imports(resolve('src'))]) edges.set(from, [...(edges.get(from) ?? []), to]);
    const done = new Set<string>();
    const path: string[] = [];
    const cycles: string[] = [];
    const visit = (file: string): void => {
      if (path.includes(file))
        cycles.push([...path.slice(path.indexOf(file)), file].map((name) => relative('src', name)).join(' > '));
      if (path.includes(file) || done.has(file)) return;
      path.push(file);
      for (const next of edges.get(file) ?? []) visit(next);
      path.pop();
      done.add(file);
    };
    for (const file of edges.keys()) visit(file);
    expect(cycles).toEqual([]);
  });
});

describe('what every run loads', () => {
  it('has of zod only what is used: by the name `z` a bundle would take all of it, 400 kB', () => {
    const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    const whole = sources.filter((name) => /^import \{[^}]*\bz\b[^}]*\} from 'zod'/m.test(read(name)));
    expect(whole).toEqual([]);
  });
});

const read = (name: string) => readFileSync(join('src', name), 'utf8');
