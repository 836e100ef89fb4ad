import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const WORKER = resolve('dist/workers/eslint-security');

/** What the worker of the package reports of these texts, run as a step runs it but for the sandbox. */
function report(files: Record<string, string>): { type: string }[] {
  const folder = mkdtempSync(join(tmpdir(), 'eslint-'));
  const [input, source, output] = [join(folder, 'in'), join(folder, 'src/general'), join(folder, 'out')];
  for (const place of [input, source, output]) mkdirSync(place, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(source, name), text);
  const lines = Object.entries(files).map(([path, text]) =>
    JSON.stringify({ path, at: `general/${path}`, size: text.length }),
  );
  writeFileSync(join(input, 'files.jsonl'), `${lines.join('\n')}\n`);
  writeFileSync(join(input, 'config.json'), '{}');
  execFileSync(process.execPath, [join(WORKER, 'worker.mjs'), input, source, WORKER, output]);
  const text = readFileSync(join(output, 'report.jsonl'), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line): { type: string } => JSON.parse(line));
}

const told = (lines: readonly { type: string }[]) => lines.filter(({ type }) => ['finding', 'unread'].includes(type));

describe('the built ESLint worker', () => {
  it.each(['a.ts', 'a.tsx', 'a.mts', 'a.js'])('judges %s', (path) => {
    const text = path === 'a.js' ? 'const x = eval("1");\n' : 'const x: number = eval("1");\n';
    expect(told(report({ [path]: text }))).toMatchObject([{ type: 'finding', rule: 'no-eval', path }]);
  });

  it('judges JavaScript beside TypeScript', () => {
    const lines = report({ 'a.ts': 'const x: number = 1;\n', 'b.js': 'eval("1");\n' });
    expect(told(lines)).toMatchObject([{ type: 'finding', rule: 'no-eval', path: 'b.js' }]);
  });
});
