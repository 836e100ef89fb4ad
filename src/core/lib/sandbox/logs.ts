import { closeSync, constants, openSync, writeSync } from 'node:fs';
import type { Readable } from 'node:stream';

/** What was kept of one output stream. */
export interface LogState {
  /** Bytes the job wrote, kept or not. */
  bytes: number;
  truncated: boolean;
  /** First and last bytes, to recognise how the job ended. */
  head: string;
  tail: string;
}

const EDGE = 4096;

const MARK = Buffer.from('\n[log cut: the limit of kept bytes was reached]\n');

/** Copies a stream to a file up to `limit` bytes and goes on reading, so that the job never waits on a full pipe. */
export function captureLog(stream: Readable, path: string, limit: number) {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
  const fd = openSync(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600);
  let bytes = 0;
  let broken: unknown;
  let head: Buffer = Buffer.alloc(0);
  let tail: Buffer = Buffer.alloc(0);
  stream.on('data', (chunk: Buffer) => {
    const room = Math.max(0, limit - bytes);
    const kept = chunk.subarray(0, room);
    try {
      if (kept.length > 0) writeAll(fd, kept);
      if (bytes <= limit && bytes + chunk.length > limit) writeAll(fd, MARK);
    } catch (error) {
      broken ??= error;
    }
    bytes += chunk.length;
    if (head.length < EDGE) head = Buffer.concat([head, chunk.subarray(0, EDGE - head.length)]);
    tail = chunk.length >= EDGE ? chunk.subarray(-EDGE) : Buffer.concat([tail, chunk]).subarray(-EDGE);
  });
  return {
    /** Closes the file; throws what writing it failed with. */
    finish(): LogState {
      closeSync(fd);
      if (broken !== undefined) throw broken;
      return { bytes, truncated: bytes > limit, head: head.toString('latin1'), tail: tail.toString('latin1') };
    },
  };
}

function writeAll(fd: number, data: Buffer): void {
  for (let done = 0; done < data.length; ) done += writeSync(fd, data, done);
}
