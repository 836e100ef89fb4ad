import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { RefusedReport } from './protocol.js';

const CHUNK = 1 << 16;

/**
 * Opens what a hostile step left: never through a link, never a pipe or device, a single-linked regular file within its cap.
 * Throws `RefusedReport`.
 */
export function openReport(path: string, maxBytes: number): number {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') throw new RefusedReport('report-missing', 'the tool left no report');
    throw new RefusedReport('report-not-a-file', `the report cannot be opened as a plain file (${code})`);
  }
  const stat = fstatSync(fd);
  const problem = refusal(stat.isFile(), stat.nlink, stat.size, maxBytes);
  if (problem !== undefined) {
    closeSync(fd);
    throw problem;
  }
  return fd;
}

function refusal(isFile: boolean, links: number, size: number, maxBytes: number): RefusedReport | undefined {
  if (!isFile) return new RefusedReport('report-not-a-file', 'the report is not a regular file');
  if (links !== 1) return new RefusedReport('report-not-a-file', `the report has ${links} links`);
  if (size > maxBytes)
    return new RefusedReport('report-too-large', `the report has ${size} bytes, the cap is ${maxBytes}`);
  if (size === 0) return new RefusedReport('report-truncated', 'the report is empty');
  return undefined;
}

/** The file's bytes from the start, chunk by chunk; the buffer is reused. */
export function* chunksOf(fd: number): Generator<Buffer> {
  const buffer = Buffer.allocUnsafe(CHUNK);
  let position = 0;
  for (;;) {
    const count = readSync(fd, buffer, 0, CHUNK, position);
    if (count === 0) return;
    position += count;
    yield buffer.subarray(0, count);
  }
}

/** Lines without their LF. Throws `RefusedReport` for a line over `maxLine` bytes, or a last line without LF. */
export function* linesOf(fd: number, maxLine: number): Generator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for (const chunk of chunksOf(fd)) {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      yield Buffer.concat([rest, chunk.subarray(start, end)]);
      rest = Buffer.alloc(0);
      start = end + 1;
    }
    rest = Buffer.concat([rest, chunk.subarray(start)]);
    if (rest.length > maxLine) throw new RefusedReport('report-broken', `a line is longer than ${maxLine} bytes`);
  }
  if (rest.length > 0) throw new RefusedReport('report-truncated', 'the last line is cut off');
}
