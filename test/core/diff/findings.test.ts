import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareFindings, type FindingChange } from '../../../src/core/diff/findings.js';
import { type Finding, findingSchema, compareFindings as inOrder } from '../../../src/core/findings/finding.js';
import { canonicalJson } from '../../../src/core/lib/canonical.js';
import { sha256 } from '../../../src/core/lib/digest.js';
import { openFolder } from '../../../src/core/verify/folder.js';
import { problemList } from '../../../src/core/verify/problems.js';
import { temporaryFolder } from '../../support/scan.js';

const SCRATCH = temporaryFolder();

const finding = (path: string, startLine: number, name: string, more: Partial<Finding> = {}): Finding =>
  findingSchema.parse({
    tool: 'ruff',
    rule: 'R1',
    category: 'sast',
    kind: 'fail',
    severity: 'high',
    cwe: [],
    message: 'm',
    path,
    startLine,
    fingerprint: sha256(`${path}\0${name}`),
    lineHash: 'a:1',
    ...more,
  });

function folderWith(findings: readonly Finding[]) {
  const folder = mkdtempSync(join(SCRATCH, 'f-'));
  const lines = [...findings].sort(inOrder).map((one) => `${canonicalJson(one)}\n`);
  writeFileSync(join(folder, 'findings.jsonl'), lines.join(''));
  return openFolder(folder, problemList());
}

async function changes(was: readonly Finding[], is: readonly Finding[]): Promise<FindingChange[]> {
  const all: FindingChange[] = [];
  for await (const change of compareFindings(await folderWith(was), await folderWith(is))) all.push(change);
  return all;
}

const brief = (all: readonly FindingChange[]): string[] =>
  all.map((one) =>
    one.change === 'unchanged'
      ? `unchanged ${one.count}`
      : `${one.change} ${one.finding.path}:${one.finding.startLine}`,
  );

describe('compareFindings', () => {
  it('takes a fingerprint that stands there twice for two findings', async () => {
    const twice = [finding('a', 1, 'x'), finding('a', 2, 'x')];
    expect(brief(await changes(twice, [finding('a', 1, 'x')]))).toEqual(['gone a:2', 'unchanged 1']);
    expect(brief(await changes([], twice))).toEqual(['new a:1', 'new a:2']);
  });

  it('does not take a finding that became more severe for the same', async () => {
    const [low, high] = [finding('a', 1, 'x', { severity: 'low' }), finding('a', 9, 'x')];
    expect(await changes([low], [high])).toEqual([
      { change: 'changed', finding: high, from: low, members: ['severity', 'startLine'] },
    ]);
  });

  it('stops at a line that is no finding', async () => {
    const folder = mkdtempSync(join(SCRATCH, 'f-'));
    writeFileSync(join(folder, 'findings.jsonl'), '{"path":"a"}\n');
    const broken = await openFolder(folder, problemList());
    await expect(compareFindings(broken, await folderWith([])).next()).rejects.toThrow();
  });

  it('tells new, gone, moved and unchanged, file by file', async () => {
    const was = [finding('a', 1, 'x'), finding('a', 5, 'y'), finding('b', 1, 'z'), finding('d', 1, 'w')];
    const is = [finding('a', 3, 'x'), finding('a', 7, 'new'), finding('c', 1, 'z'), finding('d', 1, 'w')];
    expect(brief(await changes(was, is))).toEqual([
      'moved a:3',
      'new a:7',
      'gone a:5',
      'gone b:1',
      'new c:1',
      'unchanged 1',
    ]);
  });

  it('accounts for each finding of both sides once', async () => {
    const one = fc
      .tuple(fc.constantFrom('a', 'b', 'ä', 'b/c'), fc.integer({ min: 1, max: 5 }), fc.constantFrom('x', 'y', 'z'))
      .map(([path, line, name]) => finding(path, line, name));
    const some = fc.uniqueArray(one, { selector: ({ fingerprint }) => fingerprint, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(some, some, async (was, is) => {
        const all = await changes(was, is);
        const count = (kinds: string[]) =>
          all.reduce(
            (sum, one) => sum + (kinds.includes(one.change) ? (one.change === 'unchanged' ? one.count : 1) : 0),
            0,
          );
        expect(count(['new', 'moved', 'changed', 'unchanged'])).toBe(is.length);
        expect(count(['gone', 'moved', 'changed', 'unchanged'])).toBe(was.length);
        const known = new Set(was.map(({ fingerprint }) => fingerprint));
        const fresh = is.filter(({ fingerprint }) => !known.has(fingerprint));
        expect(count(['new'])).toBe(fresh.length);
      }),
      { numRuns: 60 },
    );
  });
});
