import { lstatSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ScriptedTool } from '../support/catalog.js';
import { expectFault, type FaultRun, runTools } from '../support/faults.js';
import { findingLine, jsonLines, leaves, reportText, ruleLine } from '../support/reports.js';

const END = { type: 'end', files: 1, findings: 0 };
const MANY = 300_000;

/** What a report file may be instead of a file. */
const KINDS: Record<string, [script: string, cause: string, message: RegExp]> = {
  missing: ['', 'missing', /left no report/],
  link: ["fs.symlinkSync('/etc/passwd', '/out/report.jsonl');", 'report', /plain file \(ELOOP\)/],
  'link-to-itself': ["fs.symlinkSync('report.jsonl', '/out/report.jsonl');", 'report', /plain file \(ELOOP\)/],
  'link-to-a-report': [
    `fs.writeFileSync('/out/x', ${JSON.stringify(reportText([]))}); fs.symlinkSync('x', '/out/report.jsonl');`,
    'report',
    /plain file/,
  ],
  'hard-link': [
    `fs.writeFileSync('/out/x', ${JSON.stringify(reportText([]))}); fs.linkSync('/out/x', '/out/report.jsonl');`,
    'report',
    /2 links/,
  ],
  folder: ["fs.mkdirSync('/out/report.jsonl');", 'report', /not a regular file/],
  socket: [
    "const server = net.createServer(); await new Promise((done) => server.listen('/out/report.jsonl', done)); process.exit(0);",
    'report',
    /plain file/,
  ],
  device: ["fs.symlinkSync('/dev/zero', '/out/report.jsonl');", 'report', /plain file/],
};

/** What a JSON Lines report may hold. */
const TEXTS: Record<string, [report: string, message: RegExp]> = {
  'empty-file': ['', /report is empty/],
  'no-end': [jsonLines([ruleLine(), findingLine()]), /has no end/],
  'half-a-line': [`${jsonLines([ruleLine()])}{"type":"end","fi`, /cut off|not JSON/],
  'lines-after-the-end': [jsonLines([END, END]), /line 2 follows the end/],
  'count-too-high': [jsonLines([ruleLine(), findingLine(), { ...END, findings: 2 }]), /claims 2 findings and holds 1/],
  'count-too-low': [jsonLines([ruleLine(), findingLine(), END]), /claims 0 findings and holds 1/],
  'not-json-lines': ['hello\n', /line 1 is not JSON/],
  'unknown-type': [jsonLines([{ type: 'suppress' }, END]), /not of the report's form/],
  'unknown-key': [jsonLines([ruleLine({ hidden: true }), END]), /not of the report's form/],
  'undeclared-rule': [jsonLines([findingLine(), { ...END, findings: 1 }]), /undeclared rule R1/],
  'line-zero': [
    jsonLines([ruleLine(), findingLine({ startLine: 0 }), { ...END, findings: 1 }]),
    /not of the report's form/,
  ],
  'path-climbs': [reportText([findingLine({ path: '../../etc/passwd' })]), /not in scope: \.\.\/\.\.\/etc\/passwd/],
  'path-absolute': [reportText([findingLine({ path: '/etc/passwd' })]), /not in scope/],
  'path-out-of-scope': [reportText([findingLine({ path: 'b.txt' })]), /not in scope/],
  'path-prototype': [reportText([findingLine({ path: '__proto__' })]), /not in scope/],
  'unread-out-of-scope': [
    jsonLines([{ type: 'unread', path: '/etc/shadow', reason: 'unreadable', detail: '' }, END]),
    /not in scope/,
  ],
  'script-as-link': [reportText([], [ruleLine({ helpUri: 'javascript:alert(1)' })]), /not of the report's form/],
};

const tools: ScriptedTool[] = [
  ...Object.entries(KINDS).map(([id, [script]]) => ({
    id,
    script: `import * as fs from 'node:fs';\nimport * as net from 'node:net';\n${script}`,
  })),
  ...Object.entries(TEXTS).map(([id, [report]]) => ({ id, script: leaves(report) })),
  {
    id: 'too-many',
    script: `import { writeFileSync } from 'node:fs';
const found = ${JSON.stringify(`${JSON.stringify(findingLine())}\n`)}.repeat(${MANY});
writeFileSync('/out/report.jsonl', ${JSON.stringify(`${JSON.stringify(ruleLine())}\n`)} + found + ${JSON.stringify(`${JSON.stringify({ ...END, findings: MANY })}\n`)});`,
    tool: {
      capabilities: { memory: '256MiB', cpu: '60s', wall: '60s', pids: 32, output: '64MiB', tmp: '8MiB', net: 'none' },
    },
  },
];

const UNREADABLE = `import * as fs from 'node:fs';
fs.writeFileSync('/out/report.jsonl', ${JSON.stringify(reportText([]))});
fs.chmodSync('/out/report.jsonl', 0);
fs.chmodSync('/out', 0);`;

let run: FaultRun;
const before = lstatSync('/etc/passwd');
beforeAll(async () => {
  run = await runTools([...tools, { id: 'unreadable', script: UNREADABLE }]);
}, 120_000);

describe('a report that is not a plain file', () => {
  it.each(Object.entries(KINDS))('%s is refused', (id, [, cause, message]) => expectFault(run, id, cause, message));

  it('is read, whatever rights the tool left on it', () => {
    expect(run.of('unreadable')).toMatchObject({ status: 'clean', error: null });
  });

  it('never changes what a link points at', () => {
    const { uid, mode, mtimeMs, nlink } = lstatSync('/etc/passwd');
    expect({ uid, mode, mtimeMs, nlink }).toEqual({
      uid: before.uid,
      mode: before.mode,
      mtimeMs: before.mtimeMs,
      nlink: before.nlink,
    });
  });
});

describe('a report of JSON lines', () => {
  it.each(Object.entries(TEXTS))('%s is refused', (id, [, message]) => expectFault(run, id, 'report', message));

  it('with more findings than the cap is refused, not cut', () =>
    expectFault(run, 'too-many', 'report', /more than 250000 findings/));
});
