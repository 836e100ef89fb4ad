import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareFindings, type Finding } from '../../../src/core/findings/finding.js';
import { type FindingBatches, mergeFindings, readFindings } from '../../../src/core/findings/merge.js';
import { temporaryFolder } from '../../support/scan.js';

const at = (tool: string, path: string, startLine: number): Finding => ({
  tool,
  rule: 'R',
  category: 'sast',
  kind: 'fail',
  severity: 'low',
  cwe: [],
  message: 'm',
  path,
  startLine,
  fingerprint: '1'.repeat(64),
  lineHash: 'a:1',
});

async function all(batches: FindingBatches): Promise<Finding[]> {
  const found: Finding[] = [];
  for await (const batch of batches) found.push(...batch);
  return found;
}

/** In batches of these sizes, one after the other; a size of 0 is an empty batch. */
async function* given(findings: readonly Finding[], sizes: readonly number[], ended: () => void = () => {}) {
  try {
    for (let [from, turn] = [0, 0]; from < findings.length; turn += 1) {
      const size = turn > 100 ? findings.length : (sizes[turn % Math.max(sizes.length, 1)] ?? 1);
      yield findings.slice(from, from + size);
      from += size;
    }
  } finally {
    ended();
  }
}

describe('merging findings', () => {
  it('throws what a source throws, and ends the others', async () => {
    const ended: string[] = [];
    async function* broken(): AsyncGenerator<Finding[]> {
      yield [at('a', 'a', 1)];
      throw new Error('broken');
    }
    const others = ['b', 'c'].map((tool) => given([at(tool, 'z', 1)], [1], () => ended.push(tool)));
    await expect(all(mergeFindings([broken(), ...others]))).rejects.toThrow('broken');
    expect(ended).toEqual(['b', 'c']);
  });

  it('ends every source for a reader that stops early', async () => {
    const ended: string[] = [];
    const sources = ['a', 'b'].map((tool) => given([at(tool, 'a', 1), at(tool, 'b', 1)], [1], () => ended.push(tool)));
    for await (const _ of mergeFindings(sources)) break;
    expect(ended).toEqual(['a', 'b']);
  });

  it('gives nothing for sources that have nothing', async () => {
    expect(await all(mergeFindings([]))).toEqual([]);
    expect(await all(mergeFindings([given([], []), given([], [])]))).toEqual([]);
  });

  it('gives every finding once, in order, whatever the batches', async () => {
    const finding = fc.tuple(fc.constantFrom('a', 'b', 'c/d'), fc.integer({ min: 1, max: 5 }));
    const source = fc.record({ places: fc.array(finding), sizes: fc.array(fc.integer({ min: 0, max: 4 })) });
    await fc.assert(
      fc.asyncProperty(fc.array(source, { maxLength: 5 }), async (sources) => {
        const sorted = sources.map(({ places }, i) =>
          places.map(([path, line]) => at(`t${i}`, path, line)).sort(compareFindings),
        );
        const merged = await all(mergeFindings(sorted.map((findings, i) => given(findings, sources[i]?.sizes ?? []))));
        expect(merged).toEqual(sorted.flat().sort(compareFindings));
      }),
    );
  });

  it('reads files that are longer than what is read at a time', async () => {
    const path = join(temporaryFolder(), 'findings.jsonl');
    const findings = Array.from({ length: 2000 }, (_, i) => at('a', `p${'x'.repeat(i % 90)}`, i + 1));
    writeFileSync(path, findings.map((finding) => `${JSON.stringify(finding)}\n`).join(''));
    const batches: number[] = [];
    for await (const batch of readFindings(path)) batches.push(batch.length);
    expect(batches.length).toBeGreaterThan(1);
    expect(await all(readFindings(path))).toEqual(findings);
  });
});
