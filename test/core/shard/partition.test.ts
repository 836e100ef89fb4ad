import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { makePlan } from '../../../src/core/plan/make.js';
import type { Step } from '../../../src/core/plan/plan.js';
import { defaultPolicy } from '../../../src/core/policy/default.js';
import type { Handed } from '../../../src/core/runtime/input.js';
import { NO_NARROWING } from '../../../src/core/scan-request.js';
import { partition } from '../../../src/core/shard/partition.js';
import { builtCatalog, NOTHING_INSTALLED } from '../../support/catalog.js';

/** The steps of the default profile: three that judge file by file, two that judge the tree. */
let steps: readonly Step[];
beforeAll(async () => {
  const request = {
    ...NOTHING_INSTALLED,
    version: '0',
    policy: defaultPolicy(),
    narrowing: NO_NARROWING,
    baseline: null,
    waivers: null,
    signedBy: { manifest: null, policy: null },
    base: null,
    assets: {},
  };
  steps = makePlan(request, await builtCatalog()).steps;
});

const DIVIDED = ['ruff', 'eslint-security', 'secrets'];

const files = fc.uniqueArray(fc.record({ path: fc.stringMatching(/^[a-z]{1,6}\.(py|js)$/), size: fc.nat(1_000_000) }), {
  selector: ({ path }) => path,
  maxLength: 40,
});

/** By step, the files that it is given: of the known endings, in canonical order. */
const handedOf = (all: readonly { path: string; size: number }[]): Handed => {
  const sorted = [...all].sort((a, b) => (a.path < b.path ? -1 : 1)).map((file) => ({ ...file, at: file.path }));
  const ending: Record<string, string> = { ruff: '.py', 'eslint-security': '.js', 'sbom-lockfiles': '.lock' };
  return new Map(steps.map(({ id }) => [id, sorted.filter(({ path }) => path.endsWith(ending[id] ?? ''))]));
};

const weightOf = (part: Handed): number =>
  steps.reduce((sum, step) => sum + (part.get(step.id) ?? []).reduce((s, f) => s + step.cost * (f.size + 1), 0), 0);

describe('partition', () => {
  it('gives every file of every step to one part, and each step that judges the tree whole', () => {
    fc.assert(
      fc.property(files, fc.integer({ min: 1, max: 9 }), (all, of) => {
        const handed = handedOf(all);
        const parts = partition(steps, handed, of);
        expect(parts).toHaveLength(of);
        for (const { id } of steps) {
          const given = handed.get(id) ?? [];
          const with_ = parts.flatMap((part) => (part.has(id) ? [part.get(id) ?? []] : []));
          const joined = with_.flat().sort((a, b) => (a.path < b.path ? -1 : 1));
          expect(joined).toEqual(given);
          expect(with_.length).toBeGreaterThan(0);
          if (given.length === 0 || !DIVIDED.includes(id)) expect(with_).toHaveLength(1);
          else expect(with_.every((part) => part.length > 0)).toBe(true);
          for (const part of with_) expect(part).toEqual(given.filter((file) => part.includes(file)));
        }
      }),
    );
  });

  it('keeps a file in one part for all steps that judge it by itself', () => {
    fc.assert(
      fc.property(files, fc.integer({ min: 2, max: 5 }), (all, of) => {
        const parts = partition(steps, handedOf(all), of);
        for (const { path } of all) {
          const has = parts.filter((part) => DIVIDED.some((id) => part.get(id)?.some((file) => file.path === path)));
          expect(has).toHaveLength(1);
        }
      }),
    );
  });

  it('is not asked of a tool whose components could not be joined', async () => {
    const { tools } = await builtCatalog();
    const wrong = [...tools.values()].filter((tool) => tool.judges === 'file' && tool.category === 'sbom');
    expect(wrong.map(({ id }) => id)).toEqual([]);
  });

  it('divides alike each time, whatever the order of the map', () => {
    fc.assert(
      fc.property(files, fc.integer({ min: 1, max: 6 }), (all, of) => {
        const handed = handedOf(all);
        const turned = new Map([...handed].reverse());
        expect(partition(steps, turned, of)).toEqual(partition(steps, handed, of));
      }),
    );
  });

  it('is balanced but for what cannot be divided', () => {
    const all = Array.from({ length: 300 }, (_, i) => ({ path: `f${i}.py`, size: 1000 + ((i * 7919) % 5000) }));
    const loads = partition(steps, handedOf(all), 4).map(weightOf);
    const whole = loads.reduce((a, b) => a + b);
    const largest = Math.max(
      ...steps
        .filter(({ id }) => !DIVIDED.includes(id))
        .map((step) => weightOf(new Map([[step.id, handedOf(all).get(step.id) ?? []]]))),
    );
    expect(Math.max(...loads)).toBeLessThanOrEqual(Math.max(whole / 4, largest) * 1.34);
    expect(Math.min(...loads)).toBeGreaterThan(0);
  });
});
