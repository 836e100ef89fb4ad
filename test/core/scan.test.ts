import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scriptedCatalog } from '../support/catalog.js';
import { scanWith, temporaryFolder } from '../support/scan.js';

const REPORT = (lines: object[]) => `
import { writeFileSync } from 'node:fs';
writeFileSync('/out/report.jsonl', ${JSON.stringify(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))});
`;

describe('scan', () => {
  it('runs a tool in its sandbox and leaves a bundle with its finding', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'source'));
    writeFileSync(join(folder, 'source', 'a.txt'), 'one\ntwo\n');
    const rule = {
      type: 'rule',
      id: 'R1',
      name: 'R1',
      severity: 'high',
      kind: 'fail',
      cwe: ['CWE-1'],
      shortDescription: 's',
      fullDescription: 'f',
      help: 'h',
    };
    const found = { type: 'finding', rule: 'R1', path: 'a.txt', startLine: 2, message: 'two' };
    const script = REPORT([rule, found, { type: 'end', files: 1, findings: 1 }]);
    const catalog = await scriptedCatalog(folder, [{ id: 'one', script }]);
    const result = await scanWith(catalog, {
      source: join(folder, 'source'),
      exportDir: join(folder, 'out'),
      profile: 'scripted',
    });
    expect(result.evidence.verdict.verdict).toBe('fail');
    expect(result.exitCode).toBe(1);
    const [line] = readFileSync(join(result.bundle.folder, 'findings.jsonl'), 'utf8').split('\n');
    expect(JSON.parse(line ?? '')).toMatchObject({
      tool: 'one',
      rule: 'R1',
      path: 'a.txt',
      startLine: 2,
      severity: 'high',
    });
  });
});
