import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readReport } from '../../src/workers/reader/read.js';
import { temporaryFolder } from '../support/scan.js';

/** Node alone cannot make these inside the sandbox; a tool with other programs could. */
function answerFor(make: (report: string) => void): unknown {
  const folder = temporaryFolder();
  const places = {
    input: join(folder, 'in'),
    source: join(folder, 'src'),
    report: join(folder, 'report'),
    output: join(folder, 'out'),
  };
  for (const path of Object.values(places)) mkdirSync(path);
  const request = {
    tool: 't',
    category: 'sast',
    format: 'findings-jsonl',
    file: 'r',
    maxReportBytes: 1000,
    maxFindings: 10,
  };
  writeFileSync(join(places.input, 'reader.json'), JSON.stringify(request));
  writeFileSync(join(places.input, 'files.jsonl'), '');
  make(join(places.report, 'r'));
  readReport(places);
  return JSON.parse(readFileSync(join(places.output, 'read.json'), 'utf8'));
}

const REFUSED = { ok: false, refused: 'report-not-a-file' };

describe('the reader', () => {
  it('does not wait on a FIFO', () => {
    expect(answerFor((report) => execFileSync('mkfifo', [report]))).toMatchObject(REFUSED);
  });

  it.skipIf(process.getuid?.() !== 0)('does not read a device (only root can make one: skipped for others)', () => {
    expect(answerFor((report) => execFileSync('mknod', [report, 'c', '1', '5']))).toMatchObject(REFUSED);
  });

  it('does not read what is larger than its cap', () => {
    expect(answerFor((report) => writeFileSync(report, ' '.repeat(1001)))).toMatchObject({
      ok: false,
      refused: 'report-too-large',
    });
  });
});
