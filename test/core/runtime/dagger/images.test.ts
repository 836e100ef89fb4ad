import { describe, expect, it } from 'vitest';
import { Refusal } from '../../../../src/core/lib/errors.js';
import { loadImages } from '../../../../src/core/package.js';
import { baseImage, type Images } from '../../../../src/core/runtime/dagger/images.js';

const digest = `sha256:${'a'.repeat(64)}`;
const images: Images = { schemaVersion: 1, images: { base: { reference: 'docker.io/library/node:22', digest } } };

describe('the image of containers', () => {
  it.each([
    'node',
    'docker.io/library/node:22',
    `docker.io/library/node@sha256:${'a'.repeat(63)}`,
    `docker.io/library/node@sha256:${'A'.repeat(64)}`,
    `docker.io/library/node@${digest}\nRUN curl x`,
    `--platform=x docker.io/library/node@${digest}`,
    `\${IMAGE}/node@${digest}`,
    `scratch@${digest}`,
  ])('is refused without a digest or with more than a reference: %j', (chosen) => {
    expect(() => baseImage(images, { baseImage: chosen })).toThrow(Refusal);
  });

  it.each(['', 'mirror example', 'mirror\nRUN x', 'MIRROR', 'https://mirror'])(
    'refuses the mirror %j',
    (registryMirror) => {
      expect(() => baseImage(images, { registryMirror })).toThrow(Refusal);
    },
  );

  it('is that of the lock, of the operator, or of the mirror by the same digest', () => {
    expect(baseImage(images, {})).toBe(`docker.io/library/node@${digest}`);
    expect(baseImage(images, { baseImage: `r.example:5000/a/b:1@${digest}` })).toBe(`r.example:5000/a/b@${digest}`);
    const mirrored = baseImage(images, { registryMirror: 'mirror.example:5000' });
    expect(mirrored).toBe(`mirror.example:5000/library/node@${digest}`);
  });

  it('has a digest in the package’s own lock', async () => {
    expect(baseImage(await loadImages(), {})).toMatch(/^docker\.io\/library\/node@sha256:[0-9a-f]{64}$/);
  });
});
