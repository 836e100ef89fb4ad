import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../src/core/lib/digest.js';
import { publicManifest, readManifest } from '../../../src/core/manifest/manifest.js';
import { defaultPolicy, readPolicy } from '../../../src/core/policy/default.js';
import { manifestDocument, policyDocument } from '../../../src/core/replay-inputs.js';

/** A document as a bundle keeps it. */
const stored = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('policyDocument', () => {
  it.each<[string, unknown]>([
    ['no policy', 'x'],
    ['a size with a unit', { ...defaultPolicy(), source: { ...defaultPolicy().source, maxFileSize: '1MiB' } }],
    ['a size that no unit divides', { ...defaultPolicy(), source: { ...defaultPolicy().source, maxFileSize: 1.5 } }],
    ['an unknown key', { ...defaultPolicy(), execute: '/bin/sh' }],
    ['a missing key', { ...defaultPolicy(), paths: undefined }],
  ])('refuses %s', (_, policy) => {
    expect(() => readPolicy(policyDocument(policy).text, 'policy')).toThrow();
  });

  it('reads to the same policy, whatever units it was written with', () => {
    const count = fc.integer({ min: 1, max: 999_999 });
    const sizes = fc.tuple(count, fc.constantFrom('KiB', 'MiB', 'GiB')).map(([n, unit]) => `${n}${unit}`);
    const durations = fc.tuple(count, fc.constantFrom('s', 'm', 'h')).map(([n, unit]) => `${n}${unit}`);
    const ceiling = fc.record({ memory: sizes, wall: durations, output: sizes }, { requiredKeys: [] });
    const policies = fc.record({
      schemaVersion: fc.constant(1),
      name: fc.string({ minLength: 1, maxLength: 50 }),
      ceilings: fc.record({ default: ceiling, tools: fc.record({ ruff: ceiling }) }),
      source: fc.record({ maxFileSize: sizes, maxTotalSize: sizes }),
      budgets: fc.record({ reviewNotes: fc.nat() }, { requiredKeys: [] }),
    });
    fc.assert(
      fc.property(policies, (document) => {
        const policy = readPolicy(JSON.stringify(document), 'policy');
        const again = readPolicy(policyDocument(stored(policy)).text, 'policy');
        expect(digestOf(again)).toBe(digestOf(policy));
      }),
      { numRuns: 60 },
    );
  });
});

const MANIFEST = {
  product: 'p',
  version: '1',
  owners: ['o'],
  profiles: [
    {
      name: 'default',
      tools: ['ruff', { id: 'secrets', config: { deep: { a: [1] }, b: 'x' } }],
      thresholds: { high: 3 },
      notify: {
        slack: 'https://hooks.example.org/T/B/SECRET',
        webhooks: ['https://a.example.org/S', 'https://b.example.org/S'],
        email: ['a@example.org'],
      },
    },
    { name: 'other', tools: ['ruff'], notify: {} },
  ],
  annotations: { url: 'https://example.org/path/to?token=abc', line: 'password=hunter2 rest', n: 3, yes: true },
};

describe('manifestDocument', () => {
  it.each<[string, unknown]>([
    ['no manifest', null],
    [
      'a number of targets beyond the bound',
      { profiles: [{ tools: [], notify: { slack: 0, webhooks: 1e9, email: 0 } }] },
    ],
    ['options that are no names', { profiles: [{ tools: [{ id: 'ruff', config: { a: 1 } }] }] }],
    [
      'a key of every object',
      { ...MANIFEST, profiles: [{ name: 'x', tools: [{ id: 'ruff', config: ['__proto__'] }] }] },
    ],
    ['an unknown key', { ...publicManifest(readManifest(JSON.stringify(MANIFEST), 'm')), run: 'x' }],
  ])('refuses %s', (_, manifest) => {
    expect(() => readManifest(manifestDocument(manifest).text, 'manifest')).toThrow();
  });

  it('has the same public form, and none of what was taken away', () => {
    const manifest = publicManifest(readManifest(JSON.stringify(MANIFEST), 'manifest'));
    const { text } = manifestDocument(stored(manifest));
    expect(digestOf(publicManifest(readManifest(text, 'manifest')))).toBe(digestOf(manifest));
    expect(String(text)).not.toMatch(/SECRET|hunter2|abc/);
  });
});
