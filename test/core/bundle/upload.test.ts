import { describe, expect, it } from 'vitest';
import { renderSarif, type SarifRun } from '../../../src/core/bundle/sarif.js';
import { uploadRuns, watched } from '../../../src/core/bundle/upload.js';
import type { Finding } from '../../../src/core/findings/finding.js';

const here: Finding = {
  tool: 'one',
  rule: 'R',
  category: 'secrets',
  kind: 'fail',
  severity: 'high',
  cwe: [],
  message: 'm',
  path: 'a.txt',
  startLine: 1,
  fingerprint: '1'.repeat(64),
  lineHash: 'a:1',
};
const old: Finding = { ...here, path: 'gone.txt', commit: 'c'.repeat(40), fingerprint: '2'.repeat(64) };

const run = (findings: readonly Finding[]): SarifRun => ({
  tool: { id: 'one', name: 'One', version: '1.0.0' },
  profile: 'default',
  outcome: {
    step: 'one',
    tool: 'one',
    category: 'secrets',
    status: 'findings',
    error: null,
    reason: null,
    files: 1,
    findings: findings.length,
    suppressed: 0,
    unread: [],
  },
  rules: [],
  findings: async function* () {
    for (let at = 0; at < findings.length; at += 100) yield findings.slice(at, at + 100);
  },
});

interface Sarif {
  runs: { results: { properties: object; locations: object[] }[] }[];
}

async function rendered(runs: readonly SarifRun[]): Promise<Sarif> {
  let text = '';
  for await (const piece of renderSarif(runs)) text += piece;
  return JSON.parse(text);
}

describe('findings of the history', () => {
  it('are not uploaded, and take the place of no other finding', async () => {
    const many = Array.from({ length: 5001 }, () => old);
    const sarif = await rendered(uploadRuns([run([here, ...many])]));
    expect(sarif.runs[0]?.results).toHaveLength(1);
    expect(JSON.stringify(sarif)).not.toContain('gone.txt');
  });

  it('are in the whole report with their commit, which others have not', async () => {
    const [first, second] = (await rendered([run([here, old])])).runs[0]?.results ?? [];
    expect(first?.properties).not.toHaveProperty('commit');
    expect(second?.properties).toMatchObject({ commit: 'c'.repeat(40) });
  });
});

describe('the text of a report stands for the upload', () => {
  it.each([
    ['when every finding is uploaded', [here], true],
    ['not when one is of the history', [here, old], false],
    ['when there is just room for all', Array.from({ length: 5000 }, () => here), true],
    ['not when there is room for fewer', Array.from({ length: 5001 }, () => here), false],
  ])('%s', async (_, findings, whole) => {
    const { run: seen, isWhole } = watched(run(findings));
    const [all, uploaded] = [await rendered([seen]), await rendered(uploadRuns([run(findings)]))];
    expect(isWhole()).toBe(whole);
    expect(JSON.stringify(all) === JSON.stringify(uploaded)).toBe(whole);
  });

  it('not when one is suppressed', async () => {
    const { run: seen, isWhole } = watched({ ...run([here]), exempt: () => ({ by: 'source' }) });
    await rendered([seen]);
    expect(isWhole()).toBe(false);
  });
});
