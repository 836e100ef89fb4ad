import { describe, expect, it } from 'vitest';
import { packed } from '../../../../src/core/runtime/dagger/places.js';

const from = (...paths: string[]) => paths.map((path) => ({ from: path }));

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
        { at: 'read/0', folder: '/a', names: ['x'], settled: false },
        { at: 'read/1', folder: '/b', names: ['x'], settled: false },
      ],
      sources: ['read/0', 'read/1'],
    });
  });

  it('is by itself for what is settled, which other jobs may see too', () => {
    const settled = from('/s/general', '/s/sensitive').map((mount) => ({ ...mount, settled: true }));
    const { parcels, sources } = packed([...settled, ...from('/s/in')]);
    expect(parcels.map(({ names, settled }) => ({ names, settled }))).toEqual([
      { names: ['general'], settled: true },
      { names: ['sensitive'], settled: true },
      { names: ['in'], settled: false },
    ]);
    expect(sources).toEqual(['read/0', 'read/1', 'read/2']);
  });

  it('is together for one folder, and the same mount once', () => {
    const { parcels, sources } = packed(from('/s/general', '/t/tool', '/s/sensitive', '/t/tool'));
    expect(parcels).toEqual([
      { at: 'read/0', folder: '/s', names: ['general', 'sensitive'], settled: false },
      { at: 'read/1', folder: '/t', names: ['tool'], settled: false },
    ]);
    expect(sources).toEqual(['read/0/general', 'read/1', 'read/0/sensitive', 'read/1']);
  });
});
