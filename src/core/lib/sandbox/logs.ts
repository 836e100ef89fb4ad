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

/** Room for the native stack that Node prints below its last words. */
const EDGE = 16_384;

const MARK = Buffer.from('\n[log cut: the limit of kept bytes was reached]\n');

/** Opens a file for the first `limit` bytes of a stream. Throws when something other than a plain file is there. */
export function openLog(path: string, limit: number) {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW, O_NONBLOCK } = constants;
  const fd = openSync(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK, 0o600);
  let bytes = 0;
  let broken: unknown;
  let head: Buffer = Buffer.alloc(0);
  let tail: Buffer = Buffer.alloc(0);
  const keep = (chunk: Buffer) => {
    const room = Math.max(0, limit - bytes);
    if (room > 0) writeAll(fd, chunk.subarray(0, room));
    if (bytes <= limit && bytes + chunk.length > limit) writeAll(fd, MARK);
  };
  const take = (chunk: Buffer) => {
    try {
      if (broken === undefined) keep(chunk);
    } catch (error) {
      broken = error;
    }
    bytes += chunk.length;
    if (head.length < EDGE) head = Buffer.concat([head, chunk.subarray(0, EDGE - head.length)]);
    tail = chunk.length >= EDGE ? chunk.subarray(-EDGE) : Buffer.concat([tail, chunk]).subarray(-EDGE);
  };
  return {
    /** Goes on reading beyond the limit, so that the job never waits on a full pipe. */
    read: (stream: Readable) => stream.on('data', take),
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
