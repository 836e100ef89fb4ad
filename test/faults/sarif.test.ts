import { beforeAll, describe, expect, it } from 'vitest';
import type { ScriptedTool } from '../support/catalog.js';
import { expectFault, type FaultRun, runTools } from '../support/faults.js';
import { sarif, sarifResult } from '../support/reports.js';

const whole = JSON.stringify(sarif());
const located = (uri: string) =>
  JSON.stringify(
    sarif({ results: [sarifResult({ locations: [{ physicalLocation: { artifactLocation: { uri } } }] })] }),
  );
const failedInvocation = JSON.stringify(sarif({ invocations: [{ executionSuccessful: false }] }));
/** A second key of the same name, as text: objects cannot hold it. */
const twice = (text: string, key: string, value: string) => text.replace(`"${key}":`, `"${key}":${value},"${key}":`);

const REFUSED: Record<string, [report: string, message: RegExp]> = {
  empty: ['', /report is empty/],
  'not-json': ['<sarif/>', /not complete JSON/],
  truncated: [whole.slice(0, -20), /not complete JSON/],
  'two-documents': [`${whole}\n${whole}`, /not complete JSON/],
  'nothing-but-braces': ['{}', /not SARIF 2\.1\.0/],
  'other-version': [JSON.stringify({ ...sarif(), version: '2.0.0' }), /not SARIF 2\.1\.0/],
  'no-runs': [JSON.stringify({ version: '2.1.0', runs: [] }), /no run/],
  'no-results': [JSON.stringify(sarif({ results: undefined })), /no results array/],
  'results-null': [JSON.stringify(sarif({ results: null })), /no results array/],
  'one-run-without-results': [
    JSON.stringify({ ...sarif(), runs: [...sarif().runs, { tool: { driver: { name: 'u' } } }] }),
    /run 1 has no results array/,
  ],
  'run-without-tool': [JSON.stringify({ version: '2.1.0', runs: [{ results: [] }] }), /no run|description of the tool/],
  'said-it-failed': [failedInvocation, /did not run to its end/],
  'said-both': [
    twice(failedInvocation, 'executionSuccessful', 'false').replace(/false(?=\}\])/, 'true'),
    /same key twice/,
  ],
  'results-twice': [twice(whole, 'results', '[]'), /same key twice/],
  'runs-twice': [twice(whole, 'runs', '[]'), /same key twice/],
  'result-without-place': [JSON.stringify(sarif({ results: [sarifResult({ locations: [] })] })), /result/],
  'result-without-rule': [
    JSON.stringify(sarif({ results: [sarifResult({ ruleId: undefined })] })),
    /without rule or message/,
  ],
  climbs: [located('../../etc/passwd'), /not in scope/],
  'climbs-encoded': [located('..%2F..%2Fetc%2Fpasswd'), /not in scope/],
  absolute: [located('/etc/passwd'), /not in scope/],
  'file-uri': [located('file:///etc/passwd'), /not in scope/],
  'not-in-scope': [located('b.txt'), /not in scope/],
  'rule-id-steers': [JSON.stringify(sarif({ results: [sarifResult({ ruleId: 'R\u001b[2J' })] })), /control characters/],
};

const READ: Record<string, string> = {
  'rules-after-results': `{"version":"2.1.0","runs":[{"results":[${JSON.stringify(sarifResult())}],"tool":{"driver":{"name":"t","rules":[{"id":"R1","properties":{"security-severity":"9.8","tags":["external/cwe/cwe-89"]}}]}}}]}`,
  'version-last': `{"runs":${JSON.stringify(sarif().runs)},"version":"2.1.0"}`,
  'undescribed-rule': JSON.stringify(sarif({ results: [sarifResult({ ruleId: 'other' })] })),
  suppressed: JSON.stringify(sarif({ results: [sarifResult({ suppressions: [{ kind: 'inSource' }] })] })),
  'line-beyond-the-end': JSON.stringify(
    sarif({
      results: [
        sarifResult({
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: 'a.txt' },
                region: { startLine: 1e9, endLine: 5, startColumn: 9, endColumn: 0 },
              },
            },
          ],
        }),
      ],
    }),
  ),
};

const tool = (id: string, report: string): ScriptedTool => ({
  id,
  script: `import { writeFileSync } from 'node:fs';\nwriteFileSync('/out/r.sarif', ${JSON.stringify(report)});`,
  report: { format: 'sarif', file: 'r.sarif' },
});

let run: FaultRun;
beforeAll(async () => {
  const refused = Object.entries(REFUSED).map(([id, [report]]) => tool(id, report));
  run = await runTools([...refused, ...Object.entries(READ).map(([id, report]) => tool(id, report))]);
}, 120_000);

describe('a SARIF report', () => {
  it.each(Object.entries(REFUSED))('%s is refused', (id, [, message]) => expectFault(run, id, 'report', message));

  it.each(Object.keys(READ))('%s is read', (id) => {
    expect(run.of(id)).toMatchObject({ status: 'findings', findings: 1, error: null });
  });

  it('counts what the tool itself suppressed', () => expect(run.of('suppressed').suppressed).toBe(1));
});
