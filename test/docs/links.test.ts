import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DOCUMENTS, quoted, read, rows, withoutBlocks } from './text.js';

const TOP = readdirSync('.', { withFileTypes: true });
const FOLDERS = TOP.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name);

/** Also names of things that a run makes; those are held by the evidence test. */
const isRepositoryPath = (text: string): boolean =>
  FOLDERS.includes(text.split('/')[0] ?? '') && text.includes('/') && !/[<>*\s]/.test(text);

describe.each(DOCUMENTS)('%s', (document) => {
  const text = read(document);

  it('has no dead relative link', () => {
    const targets = [...withoutBlocks(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
    const local = targets.filter((target) => !/^https?:/.test(target)).map((target) => target.split('#')[0] ?? '');
    expect(local.filter((target) => !existsSync(join(dirname(document), target)))).toEqual([]);
  });

  it('names no path that is not there', () => {
    const paths = quoted(text).filter(isRepositoryPath);
    expect(paths.filter((path) => !existsSync(normalize(path)))).toEqual([]);
  });

  it('names no place of the machine that it was written on, and no registry', () => {
    expect(text).not.toMatch(/\/(?:work|root)\/|\/home\/\w|:\/\/registry\./);
  });
});

describe('docs/gates.md', () => {
  const tests = rows(read('docs/gates.md')).flatMap(([cell = '']) => quoted(cell));

  it('names test files that are there', () => {
    expect(tests.length).toBeGreaterThan(20);
    expect(tests.filter((path) => !/^test\/.*\.test\.ts$/.test(path) || !existsSync(path))).toEqual([]);
  });

  it('has a test for each of the seven gates', () => {
    const gates = read('docs/gates.md').split('\n## ').slice(1);
    expect(gates.map((gate) => gate.split('\n')[0])).toEqual([
      'Path traversal',
      'Symlink escape',
      'Command confusion',
      'Malformed input',
      'Permissions per role',
      'Lifecycle races',
      'Audit completeness',
    ]);
    for (const gate of gates) expect(rows(gate).length).toBeGreaterThan(0);
  });
});
