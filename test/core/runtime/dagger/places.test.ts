import { describe, expect, it } from 'vitest';
import { packed } from '../../../../src/core/runtime/dagger/places.js';

const from = (...paths: string[]) => paths.map((path) => ({ from: path, to: '/in' }));

describe('how mounts are sent', () => {
  it.each(['my repo', 'a,readonly=false', 'a\nRUN x', '$HOME', '"', 'é'])(
    'has no name in a Dockerfile that would need quoting there: %j',
    (name) => {
      const { sources } = packed(from(`/folder/${name}`, '/folder/other'));
      expect(sources).toEqual(['read/0', 'read/1']);
    },
  );

  it('is one by one where folders differ', () => {
    expect(packed(from('/a/x', '/b/x'))).toEqual({
      parcels: [
        { at: 'read/0', folder: '/a', names: ['x'] },
        { at: 'read/1', folder: '/b', names: ['x'] },
      ],
      sources: ['read/0', 'read/1'],
    });
  });

  it('is by itself for each part of the source, which other jobs see too', () => {
    const source = ['general', 'sensitive'].map((name) => ({ from: `/s/${name}`, to: `/src/${name}` }));
    const { parcels, sources } = packed([...source, ...from('/s/in')]);
    expect(parcels.map(({ names }) => names)).toEqual([['general'], ['sensitive'], ['in']]);
    expect(sources).toEqual(['read/0', 'read/1', 'read/2']);
  });

  it('is together for one folder, and the same mount once', () => {
    const { parcels, sources } = packed(from('/s/general', '/t/tool', '/s/sensitive', '/t/tool'));
    expect(parcels).toEqual([
      { at: 'read/0', folder: '/s', names: ['general', 'sensitive'] },
      { at: 'read/1', folder: '/t', names: ['tool'] },
    ]);
    expect(sources).toEqual(['read/0/general', 'read/1', 'read/0/sensitive', 'read/1']);
  });
});
