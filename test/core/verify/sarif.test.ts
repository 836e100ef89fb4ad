import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderSarif, type SarifRun } from '../../../src/core/bundle/sarif.js';
import { uploadRuns } from '../../../src/core/bundle/upload.js';
import { type Finding, findingSchema, type Rule } from '../../../src/core/findings/finding.js';
import { canonicalJson } from '../../../src/core/lib/canonical.js';
import { readFindingsFile } from '../../../src/core/verify/findings.js';
import { openFolder } from '../../../src/core/verify/folder.js';
import { problemList } from '../../../src/core/verify/problems.js';
import { digestOfAll, digestOfUpload, readReportHead, rerender } from '../../../src/core/verify/sarif.js';
import { temporaryFolder } from '../../support/scan.js';

const SEVERITIES = ['low', 'critical', 'none', 'medium', 'high'] as const;

const rule = (severity: Rule['severity'], kind: Rule['kind']): Rule => ({
  id: `R-${severity}-${kind}`,
  name: kind === 'review' ? `R-${severity}-${kind}` : 'named',
  severity,
  kind,
  cwe: ['CWE-1', 'CWE-22'],
  shortDescription: 's',
  fullDescription: 'f',
  help: 'h',
  ...(severity === 'low' && { helpUri: 'https://example.org/a' }),
});
const RULES = SEVERITIES.flatMap((severity) => [rule(severity, 'fail'), rule(severity, 'review')]);

function findingsOf(tool: string, count: number): Finding[] {
  return Array.from({ length: count }, (_, i) => ({
    tool,
    rule: RULES[i % RULES.length]?.id ?? '',
    category: 'sast' as const,
    kind: 'fail' as const,
    severity: SEVERITIES[(i * 7) % SEVERITIES.length] ?? 'low',
    cwe: i % 3 === 0 ? [] : ['CWE-1'],
    message: `"properties":{"severity":"critical","cwe":[]}}, ${i}`,
    path: 'a [b].txt',
    startLine: i + 1,
    ...(i % 2 === 0 && { startColumn: 1 }),
    ...(i % 11 === 2 && { commit: 'c'.repeat(40) }),
    ...(i % 5 === 2 && { vulnerability: { ids: ['CVE-1', 'GHSA-1'], purl: 'pkg:npm/a@1' } }),
    fingerprint: i.toString(16).padStart(64, '0'),
    lineHash: 'a:1',
  }));
}

function runOf(tool: string, count: number): SarifRun {
  const status = count > 0 ? ('findings' as const) : ('clean' as const);
  const common = { step: tool, tool, category: 'sast' as const, error: null, reason: null, suppressed: 0, unread: [] };
  const findings = findingsOf(tool, count);
  return {
    tool: { id: tool, name: tool, version: '1.0' },
    profile: 'p',
    outcome: { ...common, status, files: 1, findings: count },
    rules: RULES,
    findings: async function* () {
      for (let at = 0; at < findings.length; at += 7) yield findings.slice(at, at + 7);
    },
  };
}

const NONE = { exempt: () => undefined, count: () => undefined };

async function digest(pieces: AsyncIterable<string>): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}

/** A folder with the findings of these runs and the report of each. */
async function written(runs: readonly SarifRun[]) {
  const root = temporaryFolder();
  mkdirSync(join(root, 'reports'));
  const all: Finding[] = [];
  for (const run of runs) {
    for await (const batch of run.findings()) all.push(...batch.map((finding) => findingSchema.parse(finding)));
    const pieces: string[] = [];
    for await (const piece of renderSarif([run])) pieces.push(piece);
    writeFileSync(join(root, 'reports', `${run.tool.id}.sarif.json`), pieces.join(''));
  }
  all.sort(
    (a, b) => a.startLine - b.startLine || (a.startColumn ?? 0) - (b.startColumn ?? 0) || (a.tool < b.tool ? -1 : 1),
  );
  writeFileSync(join(root, 'findings.jsonl'), all.map((finding) => `${canonicalJson(finding)}\n`).join(''));
  return openFolder(root, problemList());
}

describe('rendering reports again', () => {
  it.each([
    ['nothing at all', []],
    ['a run without results', [runOf('a', 0)]],
    ['runs that fit', [runOf('a', 3), runOf('b', 0), runOf('c', 5000)]],
    ['runs that are cut for the upload', [runOf('a', 5001), runOf('b', 40), runOf('c', 12_000)]],
    ['more runs than an upload holds', Array.from({ length: 23 }, (_, i) => runOf(`t${i}`, 2))],
  ])('gives the digests of what the scan writes: %s', async (_, runs) => {
    const folder = await written(runs);
    const reports = runs.map((run) => ({ path: `reports/${run.tool.id}.sarif.json`, run }));
    const renderers = await Promise.all(
      reports.map(async ({ path, run }) => {
        const { rules } = await readReportHead(folder, path, false);
        expect(rules).toEqual(run.rules);
        return { id: run.tool.id, ...rerender({ path, run: { ...run, rules } }) };
      }),
    );
    const consumers = new Map(renderers.map(({ id, push }) => [id, push]));
    const { uploadable } = await readFindingsFile(folder, consumers, undefined, NONE);
    for (const [i, { finish }] of renderers.entries())
      expect(await finish()).toBe(await digest(renderSarif(runs.slice(i, i + 1))));
    expect(await digestOfAll(folder, reports)).toBe(await digest(renderSarif(runs)));
    expect(await digestOfUpload(folder, reports, uploadable)).toBe(await digest(renderSarif(uploadRuns(runs))));
  });

  it('refuses a finding whose inner keys are out of order', async () => {
    const run = runOf('a', 3);
    const folder = await written([run]);
    const file = join(folder.root, 'findings.jsonl');
    const text = readFileSync(file, 'utf8');
    const swapped = text.replace(
      '{"ids":["CVE-1","GHSA-1"],"purl":"pkg:npm/a@1"}',
      '{"purl":"pkg:npm/a@1","ids":["CVE-1","GHSA-1"]}',
    );
    expect(swapped).not.toBe(text);
    writeFileSync(file, swapped);
    await expect(readFindingsFile(folder, new Map([['a', async () => {}]]), undefined, NONE)).rejects.toThrow(
      /line 3 is not canonical/,
    );
  });

  it('ends when a finding cannot be rendered', async () => {
    const run = runOf('a', 1);
    const { push } = rerender({ path: '', run });
    const [finding] = findingsOf('a', 1);
    await expect(push(finding === undefined ? [] : [{ ...finding, path: '\ud800' }])).rejects.toThrow(URIError);
  });
});
