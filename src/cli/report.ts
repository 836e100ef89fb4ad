import { createReadStream, createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Finding } from '../core/findings/finding.js';
import { forMarkdown } from '../core/lib/escape.js';
import type { ScanResult } from '../core/scan.js';
import { finalScreen, topFindings } from './screen.js';
import type { Paint } from './style.js';

export const FORMATS = ['text', 'json', 'sarif', 'md'] as const;
export type Format = (typeof FORMATS)[number];

/** Writes the answer in one format, to an open file or to standard output. */
export async function writeReport(
  result: ScanResult,
  format: Format,
  output: number | undefined,
  paint: Paint,
): Promise<void> {
  const sarif = join(result.bundle.folder, 'results.sarif');
  if (format === 'sarif') await writeText(createReadStream(sarif), output);
  else await writeText([await render(result, format, output ? plain : paint)], output);
}

/** Writes to an open file or to standard output. */
export async function writeText(pieces: Readable | readonly string[], output: number | undefined): Promise<void> {
  if (output === undefined) await pipeline(pieces, process.stdout, { end: false }).catch(readEnough);
  else await pipeline(pieces, createWriteStream('', { fd: output }));
}

/** `security-scan … | head`: who closes the pipe has read enough; the exit code stands. Throws any other error. */
export function readEnough(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

const plain: Paint = (_, text) => text;

async function render(result: ScanResult, format: Exclude<Format, 'sarif'>, paint: Paint): Promise<string> {
  switch (format) {
    case 'text':
      return finalScreen(result, await topFindings(result), paint);
    case 'json':
      return `${await readFile(join(result.bundle.folder, 'summary.json'), 'utf8')}\n`;
    case 'md':
      return markdown(result, await topFindings(result, 50));
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
    ...waivedLines(evidence),
    `Bundle: ${forMarkdown(bundle.id)}`,
    '',
  ].join('\n');
}

function waivedLines({ waivers }: ScanResult['evidence']): string[] {
  const states = waivers?.states ?? [];
  if (states.length === 0) return [];
  return [
    '### Waivers',
    '',
    '| waiver | state | findings | expires | owner |',
    '| --- | --- | --- | --- | --- |',
    ...states.map(
      (one) => `| ${one.id} | ${one.state} | ${one.findings} | ${one.expires} | ${forMarkdown(one.owner)} |`,
    ),
    '',
  ];
}
