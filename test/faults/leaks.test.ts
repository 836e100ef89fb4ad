import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { markdown } from '../../src/cli/report.js';
import { finalScreen, topFindings } from '../../src/cli/screen.js';
import type { ScanResult } from '../../src/core/scan.js';
import { filesIn, filesWith, linesIn } from '../support/bundle.js';
import { runTools } from '../support/faults.js';
import { findingLine, leaves, reportText, ruleLine, sarif, sarifResult } from '../support/reports.js';

// Split, so that no scanner takes this file for a leak.
const KEY_ID = ['AKIA', 'QYLPMN5HFIQR7XYZ'].join('');
const KEY_LINES = ['MIIEowIBAAKCAQEAx4UbaDzY5xjW6hc9jwN0mX33XpTDVW9WNJ3M7Zt1k2Qb', 'Gh7xQ2kq9v3', 'Zk8='];
const PRIVATE_KEY = ['-----BEGIN RSA PRIVATE KEY-----', ...KEY_LINES, '-----END RSA PRIVATE KEY-----'].join('\n');
const SECRETS = [KEY_ID, ...KEY_LINES];
const LEAK = `token ${KEY_ID} and ${PRIVATE_KEY} here`;

const HOSTILE = [
  '<script>alert(1)</script>',
  '\u001b[2J\u001b]8;;https://evil.example\u0007click\u001b]8;;\u0007 \u009b31m \u202e\u2066',
  '[x](javascript:alert(1)) ![y](https://evil.example/y.png) | cell | `code` @someone #1',
  '=HYPERLINK("https://evil.example")',
  '::error::taken over',
  '##vso[task.setvariable variable=x]y',
  'line one\n::set-output name=x::y\r\n::warning::z\u2028::debug::w',
];

const secretTools = [
  {
    id: 'stderr',
    script: leaves(reportText([]), `console.error(${JSON.stringify(LEAK)}); console.log(${JSON.stringify(LEAK)});`),
  },
  {
    id: 'stderr-and-fails',
    script: `process.stderr.write('Error: bwrap: ' + ${JSON.stringify(LEAK)}); process.exit(1);`,
  },
  { id: 'message', script: leaves(reportText([findingLine({ message: LEAK })])) },
  {
    id: 'help',
    script: leaves(
      reportText(
        [findingLine()],
        [
          ruleLine({
            name: `n ${KEY_ID}`,
            help: LEAK,
            shortDescription: LEAK,
            fullDescription: LEAK,
            helpUri: `https://x.example/${KEY_ID}`,
          }),
        ],
      ),
    ),
  },
  {
    id: 'unread',
    script: leaves(
      `${JSON.stringify({ type: 'unread', path: 'a.txt', reason: 'unparsable', detail: LEAK })}\n{"type":"end","files":1,"findings":0}\n`,
    ),
  },
  { id: 'path', script: leaves(reportText([findingLine({ path: KEY_ID })])) },
  { id: 'rule', script: leaves(reportText([findingLine({ rule: KEY_ID })])) },
  {
    id: 'sarif',
    script: `import { writeFileSync } from 'node:fs';\nwriteFileSync('/out/r.sarif', ${JSON.stringify(JSON.stringify(sarif({ tool: { driver: { name: LEAK, rules: [{ id: 'R1', help: { text: LEAK }, helpUri: `https://user:${KEY_ID}@x.example/` }] } }, results: [sarifResult({ message: { text: LEAK } })] })))});`,
    report: { format: 'sarif', file: 'r.sarif' },
  },
];

const hostileTools = HOSTILE.map((message, i) => ({
  id: `hostile-${i}`,
  script: leaves(
    reportText(
      [findingLine({ message })],
      [ruleLine({ name: message, help: message, shortDescription: message, fullDescription: message })],
    ),
    `console.error(${JSON.stringify(message)});`,
  ),
}));

let result: ScanResult;
let texts: { screen: string; md: string };
beforeAll(async () => {
  ({ result } = await runTools([...secretTools, ...hostileTools], `key = "${KEY_ID}"\n${PRIVATE_KEY}\n`));
  const top = await topFindings(result, 50);
  texts = { screen: finalScreen(result, top, (_, text) => text), md: markdown(result, top) };
}, 60_000);

describe('a secret that tools repeat', () => {
  it('is in no file of the bundle', () => expect(filesWith(result.bundle.folder, SECRETS)).toEqual([]));

  it('is on no screen', () => {
    for (const secret of SECRETS) expect(texts.screen + texts.md).not.toContain(secret);
  });

  it('leaves the rest of the logs to read', () => {
    const log = [...filesIn(result.bundle.folder)].find(([path]) => path.endsWith('logs/stderr.stderr.log'));
    expect(log?.[1].toString()).toMatch(/token \[redacted\] and \[redacted\] here/);
  });
});

describe('text that would steer what shows it', () => {
  const UNSAFE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;
  const COMMAND = /^\s*::|##vso\[|##\[/m;

  it('has no control character and no command in any text of the bundle', () => {
    const found = [...filesIn(result.bundle.folder)].filter(
      ([, data]) => UNSAFE.test(data.toString()) || COMMAND.test(data.toString()),
    );
    expect(found.map(([path]) => path)).toEqual([]);
  });

  it('has no control character in any message', () => {
    const messages = linesIn(result.bundle.folder, 'findings.jsonl').map(({ message }) => String(message));
    expect(messages.length).toBe(HOSTILE.length + 4);
    expect(messages.filter((message) => UNSAFE.test(message) || message.includes('\n'))).toEqual([]);
  });

  it('is inert on the final screen', () => {
    expect(texts.screen).not.toMatch(UNSAFE);
    expect(texts.screen).not.toMatch(COMMAND);
  });

  it('is inert in Markdown', () => {
    expect(texts.md).not.toMatch(UNSAFE);
    expect(texts.md).not.toMatch(COMMAND);
    expect(texts.md).not.toMatch(/<script|(?<!\\)\]\(|@someone|https:\/\//);
    const cells = texts.md.split('\n').filter((line) => line.startsWith('| high | a.txt'));
    expect(cells.map((line) => line.split(/(?<!\\)\|/).length)).toEqual(cells.map(() => 6));
  });

  it('keeps every finding', () => {
    const lines = readFileSync(join(result.bundle.folder, 'findings.jsonl'), 'utf8');
    expect(lines.split('\n').length - 1).toBe(result.evidence.tally.findings);
  });
});
