/** A rule line of a tool's report; `more` replaces fields. */
export const ruleLine = (more: object = {}) => ({
  type: 'rule',
  id: 'R1',
  name: 'R1',
  severity: 'high',
  kind: 'fail',
  cwe: ['CWE-1'],
  shortDescription: 'short',
  fullDescription: 'full',
  help: 'help',
  ...more,
});

/** A finding on the first line of `a.txt`. */
export const findingLine = (more: object = {}) => ({
  type: 'finding',
  rule: 'R1',
  path: 'a.txt',
  startLine: 1,
  message: 'found',
  ...more,
});

/** The text of a whole report: rules, findings, end. */
export const reportText = (findings: readonly object[], rules: readonly object[] = [ruleLine()]): string =>
  jsonLines([...rules, ...findings, { type: 'end', files: 1, findings: findings.length }]);

export const jsonLines = (lines: readonly object[]): string =>
  lines.map((line) => `${JSON.stringify(line)}\n`).join('');

/** A worker that leaves this report, after running `before`. */
export const leaves = (report: string, before = ''): string => `
import * as fs from 'node:fs';
import * as net from 'node:net';
import { spawn } from 'node:child_process';
${before}
fs.writeFileSync('/out/report.jsonl', ${JSON.stringify(report)});
`;

/** A worker that works as it should and finds one thing. */
export const SOUND = leaves(reportText([findingLine()]));

/** One SARIF result on the first line of `a.txt`. */
export const sarifResult = (more: object = {}) => ({
  ruleId: 'R1',
  message: { text: 'found' },
  locations: [{ physicalLocation: { artifactLocation: { uri: 'a.txt' }, region: { startLine: 1 } } }],
  ...more,
});

/** A SARIF log of one run; `run` replaces fields of the run. */
export const sarif = (run: object = {}) => ({
  version: '2.1.0',
  runs: [{ tool: { driver: { name: 't', rules: [{ id: 'R1' }] } }, results: [sarifResult()], ...run }],
});
