import { createReadStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Finding } from '../core/findings/finding.js';
import { forMarkdown } from '../core/lib/escape.js';
import type { ScanResult } from '../core/scan.js';
import { finalScreen, topFindings } from './screen.js';
import type { Paint } from './style.js';

export const FORMATS = ['text', 'json', 'sarif', 'md'] as const;
export type Format = (typeof FORMATS)[number];

/** Writes the answer in one format, to a file or to standard output. */
export async function writeReport(
  result: ScanResult,
  format: Format,
  output: string | undefined,
  paint: Paint,
): Promise<void> {
  if (format === 'sarif' && output === undefined) {
    await pipeline(createReadStream(join(result.bundle.folder, 'results.sarif')), process.stdout, { end: false });
    return;
  }
  const text = await render(result, format, output === undefined ? paint : (_, plain) => plain);
  if (output === undefined) process.stdout.write(text);
  else await writeFile(output, text);
}

async function render(result: ScanResult, format: Format, paint: Paint): Promise<string> {
  switch (format) {
    case 'text':
      return finalScreen(result, await topFindings(result.bundle.folder), paint);
    case 'json':
      return `${await readFile(join(result.bundle.folder, 'summary.json'), 'utf8')}\n`;
    case 'sarif':
      return readFile(join(result.bundle.folder, 'results.sarif'), 'utf8');
    case 'md':
      return markdown(result, await topFindings(result.bundle.folder, 50));
  }
}

/** For job summaries and comments. */
export function markdown({ evidence, bundle }: ScanResult, top: readonly Finding[]): string {
  const { verdict, tally, outcomes } = evidence;
  const rows = verdict.budgets
    .filter((row) => row.scope === 'overall')
    .map((row) => `| ${row.severity} | ${row.count} | ${row.limit ?? 'no limit'} |`);
  const findings = top.map(
    (finding) =>
      `| ${finding.severity} | ${forMarkdown(`${finding.path}:${finding.startLine}`)} | ${forMarkdown(`${finding.tool} ${finding.rule}`)} | ${forMarkdown(finding.message)} |`,
  );
  return [
    `## Security scan: ${verdict.verdict}`,
    '',
    ...verdict.reasons.map(({ message }) => `- ${forMarkdown(message)}`),
    '',
    '| severity | findings | allowed |',
    '| --- | --- | --- |',
    ...rows,
    '',
    `### Findings (${top.length} of ${tally.findings})`,
    '',
    '| severity | where | rule | message |',
    '| --- | --- | --- | --- |',
    ...findings,
    '',
    '### Tools',
    '',
    '| tool | outcome | findings | not judged |',
    '| --- | --- | --- | --- |',
    ...outcomes.map(
      (outcome) => `| ${outcome.step} | ${outcome.status} | ${outcome.findings} | ${outcome.unread.length} |`,
    ),
    '',
    `Bundle: ${forMarkdown(bundle.id)}`,
    '',
  ].join('\n');
}
