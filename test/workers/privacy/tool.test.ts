import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ReportLine } from '../../../src/workers/lib/protocol.js';
import { type Places, runWorker } from '../../../src/workers/lib/run.js';
import { MAX_BYTES, MAX_FINDINGS, privacy } from '../../../src/workers/privacy/tool.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'privacy-tool-'));

let runs = 0;
/** The folders of a step over `files`, with the pack of the project at assets. */
function stepOver(files: Record<string, string | Buffer>): Places & { assets: string } {
  const root = join(scratch, `run-${++runs}`);
  const place = (name: string) => join(root, name);
  for (const name of ['in', 'src', 'tool', 'out', 'assets']) mkdirSync(place(name), { recursive: true });
  cpSync(join(ROOT, 'privacy-fixtures'), place('assets'), { recursive: true });
  const listed = Object.entries(files).map(([path, content]) => {
    writeFileSync(join(place('src'), path), content);
    return `${JSON.stringify({ path, at: path, size: content.length })}\n`;
  });
  writeFileSync(join(place('in'), 'files.jsonl'), listed.join(''));
  writeFileSync(join(place('in'), 'config.json'), '{}');
  return {
    input: place('in'),
    source: place('src'),
    tool: place('tool'),
    output: place('out'),
    assets: place('assets'),
  };
}

async function reportOver(files: Record<string, string | Buffer>): Promise<ReportLine[]> {
  const places = stepOver(files);
  await runWorker(privacy, places);
  const lines = readFileSync(join(places.output, 'report.jsonl'), 'utf8').trim().split('\n');
  return lines.map((line): ReportLine => JSON.parse(line));
}
const of = (type: ReportLine['type'], lines: ReportLine[]) => lines.filter((line) => line.type === type);

describe('the worker', () => {
  const executable = join(scratch, 'worker.mjs');
  beforeAll(async () => {
    // The executable of bin/workers/privacy.ts, but with folders from its arguments instead of the sandbox's.
    const entry = readFileSync(join(ROOT, 'bin/workers/privacy.ts'), 'utf8');
    const contents = entry.replace('runWorker(privacy)', 'runWorker(privacy, JSON.parse(process.argv[2] ?? ""))');
    await build({
      stdin: { contents, resolveDir: join(ROOT, 'bin/workers'), loader: 'ts' },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: executable,
    });
  });
  const run = (places: Partial<Places>) =>
    spawnSync(process.execPath, [executable, JSON.stringify(places)], { encoding: 'utf8', env: {} });

  it('exits 2 without a pack, and its report has no end', () => {
    const { assets, ...places } = stepOver({ 'a.txt': 'marta@nordhemska-brev.se' });
    expect(run(places)).toMatchObject({ status: 2, stderr: 'privacy pack missing\n' });
    rmSync(assets, { recursive: true });
    expect(run({ ...stepOver({}), assets })).toMatchObject({ status: 2 });
    expect(readFileSync(join(places.output, 'report.jsonl'), 'utf8')).toBe('');
  });

  it('exits 2 when the self-check fails, naming file and label', () => {
    const places = stepOver({ 'a.txt': 'x' });
    writeFileSync(join(places.assets, 'raw/utf-16.txt'), 'asa@nordhemska-brev.se');
    const { status, stderr } = run(places);
    expect(status).toBe(2);
    expect(stderr).toBe(
      'privacy self-check failed: label utf-16-1 in raw/utf-16.txt was missed; label utf-16-2 in raw/utf-16.txt was missed\n',
    );
  });

  it('keeps other errors: not exit 2', () => {
    const { status } = run({ ...stepOver({}), input: join(scratch, 'none') });
    expect(status).toBe(1);
  });

  it('exits 0 and finishes its report', () => {
    const places = stepOver({ 'a.txt': 'marta@nordhemska-brev.se' });
    expect(run(places)).toMatchObject({ status: 0, stderr: '' });
    expect(existsSync(join(places.output, 'report.jsonl'))).toBe(true);
  });
});

describe('privacy', () => {
  it('counts what it cannot judge as unread', async () => {
    const lines = await reportOver({
      'large.txt': Buffer.alloc(MAX_BYTES + 1, 'a'),
      'data.sqlite': Buffer.from('SQLite format 3\0 marta@nordhemska-brev.se'),
      'logo.png': Buffer.from('\x89PNG\r\n\x1a\n\0\0', 'latin1'),
      'register.csv': Array.from({ length: MAX_FINDINGS + 1 }, (_, n) => `p${n}@nordhemska-brev.se\n`).join(''),
    });
    expect(of('unread', lines)).toEqual([
      { type: 'unread', path: 'large.txt', reason: 'too-large', detail: `more than ${MAX_BYTES} bytes` },
      { type: 'unread', path: 'data.sqlite', reason: 'not-text', detail: 'holds NUL bytes' },
      { type: 'unread', path: 'register.csv', reason: 'too-large', detail: `more than ${MAX_FINDINGS} findings` },
    ]);
    expect(of('finding', lines)).toHaveLength(MAX_FINDINGS);
  });

  it('quotes no value and no part of one', async () => {
    const values = [
      'marta@nordhemska-brev.se',
      '5550001112223335',
      'NL97NOBK0001234567',
      '801-23-4567',
      '+46 70 174 06 05',
    ];
    const lines = await reportOver({ 'a.txt': values.join('\n') });
    expect(of('finding', lines)).toHaveLength(values.length);
    expect(JSON.stringify(lines)).not.toMatch(/marta|nordhemska|5550|3335|NOBK|4567|46 70|0605/);
  });

  it('declares each rule with CWE, remedy and what is left out, and gives the region of the value', async () => {
    const lines = await reportOver({ 'a.csv': 'name;mail\r\n😀 Ö;marta@nordhemska-brev.se;4242424242424242\r\n' });
    const rules = of('rule', lines);
    expect(rules.map((rule) => rule.type === 'rule' && [rule.id, rule.severity, rule.cwe])).toEqual([
      ['privacy-iban', 'medium', ['CWE-359', 'CWE-312']],
      ['privacy-payment-card', 'high', ['CWE-359', 'CWE-312']],
      ['privacy-us-ssn', 'high', ['CWE-359', 'CWE-312']],
      ['privacy-email', 'low', ['CWE-359']],
      ['privacy-phone', 'low', ['CWE-359']],
    ]);
    expect(rules[3]).toMatchObject({
      fullDescription: expect.stringContaining('Not reported: function mailboxes (RFC 2142)'),
    });
    const region = { startLine: 2, endLine: 2, path: 'a.csv' };
    expect(of('finding', lines)).toMatchObject([
      { rule: 'privacy-email', ...region, startColumn: 6, endColumn: 30 },
      { rule: 'privacy-payment-card', ...region, startColumn: 31, endColumn: 47, severity: 'low' },
    ]);
    expect(lines.at(-1)).toEqual({ type: 'end', files: 1, findings: 2 });
  });
});
