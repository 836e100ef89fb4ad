import { Refusal } from '../lib/errors.js';
import { printable } from '../lib/printable.js';

/** One of the parts of a scan; `index` counts from 1. */
export interface Shard {
  index: number;
  of: number;
}

/** The record of a merged run names the files of every shard's, and `verify` reads 10,000 names. */
export const MAX_SHARDS = 64;

const FORM = /^([1-9]\d?)\/([1-9]\d?)$/;

/** Reads `2/4`. Throws `Refusal` for what is no part of a whole. */
export function parseShard(text: string): Shard {
  const [, index = '0', of = '0'] = FORM.exec(text) ?? [];
  const shard = { index: Number(index), of: Number(of) };
  if (shard.index >= 1 && shard.index <= shard.of && shard.of <= MAX_SHARDS) return shard;
  const message = `--shard: ${JSON.stringify(printable(text, 40))} is no part of a whole`;
  throw new Refusal('usage', [{ message, remedy: `Write it as 2/4; there are at most ${MAX_SHARDS} parts.` }]);
}

export const shardWords = ({ index, of }: Shard): string => `shard ${index}/${of}`;

/** What to do instead of comparing with a ref. */
export const NO_REF = 'Scan the ref once, and give its bundle with --baseline to every shard and to merge.';
