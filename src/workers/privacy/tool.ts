import type { EmbeddedTool, Report, SourceFile } from '../lib/protocol.js';
import { decodeText } from './decode.js';
import { type Detection, detect } from './detect.js';
import type { Detector } from './detector.js';
import { DETECTORS } from './detectors.js';
import { isMedia } from './media.js';
import { PackError, readPack } from './pack.js';
import { positionsIn } from './positions.js';
import { selfCheck } from './self-check.js';

/** Larger files are data sets; they are unread rather than half read. */
export const MAX_BYTES = 16 * 1024 * 1024;
/** A file with more is a register of persons: its first findings say so, and it counts as unread. */
export const MAX_FINDINGS = 1000;

/** Finds personal data in text files. It scans nothing before it has found all that is labelled in its fixture pack. */
export const privacy: EmbeddedTool = {
  async start(report, { assets }) {
    selfCheck(readPack(assets), DETECTORS);
    for (const detector of DETECTORS) declare(detector, report);
  },
  scanFile: scan,
};

/** For the executable: a pack that proves nothing ends it with exit code 2 and one line on standard error. */
export function endOnPackError(error: unknown): void {
  if (!(error instanceof PackError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}

function scan(file: SourceFile, report: Report): void {
  const { path } = file;
  const text = file.size > MAX_BYTES ? undefined : decodeText(file.bytes());
  if (file.size > MAX_BYTES) report.unread({ path, reason: 'too-large', detail: `more than ${MAX_BYTES} bytes` });
  else if (text !== undefined) judge(path, text, report);
  else if (!isMedia(file.bytes())) report.unread({ path, reason: 'not-text', detail: 'holds NUL bytes' });
}

function judge(path: string, text: string, report: Report): void {
  const detections = detect(text, DETECTORS);
  tell(path, text, detections.slice(0, MAX_FINDINGS), report);
  if (detections.length > MAX_FINDINGS)
    report.unread({ path, reason: 'too-large', detail: `more than ${MAX_FINDINGS} findings` });
}

function tell(path: string, text: string, detections: readonly Detection[], report: Report): void {
  if (detections.length === 0) return;
  const positionAt = positionsIn(text);
  for (const { rule, message, severity, ...span } of detections) {
    const start = positionAt(span.start);
    const end = positionAt(span.end);
    const region = { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
    report.finding({ rule, path, ...region, message, ...(severity === undefined ? {} : { severity }) });
  }
}

function declare({ id, name, severity, cwe, message, remedy, leftOut, lowered }: Detector, report: Report): void {
  const notes = [
    ...leftOut.map(({ reason }) => `Not reported: ${reason}.`),
    ...lowered.map(({ reason }) => `Reported as low: ${reason}.`),
  ];
  const fullDescription = [`${message}.`, ...notes].join(' ');
  report.rule({
    id,
    name,
    severity,
    kind: 'fail',
    cwe,
    shortDescription: `${message}.`,
    fullDescription,
    help: remedy,
  });
}
