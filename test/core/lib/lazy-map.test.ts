import { describe, expect, it } from 'vitest';
import { LazyMap } from '../../../src/core/lib/lazy-map.js';

describe('LazyMap', () => {
  const counting = () => {
    const made: string[] = [];
    const map = new LazyMap(['a', 'b'], (name) => {
      made.push(name);
      return name.toUpperCase();
    });
    return { map, made };
  };

  it('throws what making a value throws, each time, and makes none for a name that it does not have', () => {
    const broken = new LazyMap(['a'], () => {
      throw new Error('broken');
    });
    expect(() => broken.get('a')).toThrow('broken');
    expect(() => broken.get('a')).toThrow('broken');
    expect(broken.get('constructor')).toBeUndefined();
  });

  it('makes each value once, when it is asked for', () => {
    const { map, made } = counting();
    expect([map.size, [...map.keys()], map.has('b'), made]).toEqual([2, ['a', 'b'], true, []]);
    expect([map.get('b'), map.get('b'), made]).toEqual(['B', 'B', ['b']]);
  });

  it('is as a map in every other way', () => {
    const { map } = counting();
    const same = new Map([
      ['a', 'A'],
      ['b', 'B'],
    ]);
    expect([...map]).toEqual([...same]);
    expect([...map.values()]).toEqual([...same.values()]);
    const seen: string[] = [];
    map.forEach((value, name) => void seen.push(name + value));
    expect(seen).toEqual(['aA', 'bB']);
  });
});
