import { describe, expect, it } from 'vitest';
import { clashesOf } from '../../../src/workers/snapshot/clashes.js';

const items = (...paths: string[]) => paths.map((path, order) => ({ path, order }));
const shown = (set: ReadonlySet<{ path: string; order: number }>) =>
  [...set].map(({ path, order }) => `${order} ${path}`);

describe('clashesOf', () => {
  it('reports all but the first of equal paths', () => {
    expect(shown(clashesOf(items('a', 'b', 'a', 'a')).again)).toEqual(['2 a', '3 a']);
  });

  it('reports what lies below a file, whichever came first', () => {
    expect(shown(clashesOf(items('a/b/c', 'a', 'ab/c', 'x')).below)).toEqual(['0 a/b/c']);
  });

  it('finds nothing in an ordinary tree', () => {
    const { again, below } = clashesOf(items('a/b', 'a/c', 'a.b', 'b'));
    expect([again.size, below.size]).toEqual([0, 0]);
  });
});
