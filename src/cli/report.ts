import { createReadStream, createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { forMarkdown } from '../core/lib/escape.js';
import type { ScanResult } from '../core/scan.js';
import { budgets, gapParts, moreReasons, type Part, reasonsOf } from './answer.js';
import { finalScreen, howWords, type Top, topFindings, topWords } from './screen.js';
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

/** For job summaries and comments: all that the screen tells, and each tool. */
export function markdown({ evidence, bundle }: ScanResult, top: Top): string {
  const { told, more } = reasonsOf(evidence);
  const sections = [
    [`## Security scan: ${evidence.verdict.verdict}`],
    [...told.map(([why, remedy]) => item(`${why}. ${remedy}`)), ...(more > 0 ? [item(moreReasons(more))] : [])],
    ...[budgets(evidence), findingsPart(top), ...gapParts(evidence), toolsPart(evidence)].map(partLines),
    [`Bundle: ${forMarkdown(bundle.id)}${howWords(bundle.how)}`],
  ];
  const shown = sections.filter((section) => section.length > 0);
  return `${shown.map((section) => section.join('\n')).join('\n\n')}\n`;
}

const item = (text: string): string => `- ${forMarkdown(text)}`;

function partLines({ title, columns, rows }: Part): string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const body = rows.map((row) => line(row.map(forMarkdown)));
  return [`### ${forMarkdown(title)}`, '', line(columns), line(columns.map(() => '---')), ...body];
}

const findingsPart = (top: Top): Part => ({
  title: topWords(top),
  columns: ['severity', 'where', 'rule', 'message'],
  rows: top.findings.map((finding) => [
    finding.severity,
    `${finding.path}:${finding.startLine}`,
    [finding.tool, finding.rule, ...finding.cwe].join(' '),
    finding.message,
  ]),
});

const toolsPart = ({ outcomes }: ScanResult['evidence']): Part => ({
  title: 'Tools',
  columns: ['tool', 'outcome', 'findings', 'files', 'not judged'],
  rows: outcomes.map(({ step, status, findings, files, unread }) => [
    step,
    status,
    String(findings),
    String(files),
    String(unread.length),
  ]),
});
