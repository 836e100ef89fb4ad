import { type Problem, Refusal } from '../lib/errors.js';
import { FILES, SOURCE } from './documents.js';
import type { OpenShard } from './open.js';
import { shardWords } from './shard.js';

/**
 * The shards of one plan in their order. Throws `Refusal` that names each shard which is missing, there twice, or of
 * another scan: a bundle is made of all parts or not at all.
 */
export function wholeSet(shards: readonly OpenShard[], version: string): [OpenShard, ...OpenShard[]] {
  const [first, ...others] = [...shards].sort((a, b) => a.index.shard.index - b.index.shard.index);
  if (first === undefined) throw new Refusal('usage', [{ message: 'name the folders of all shards' }]);
  const sorted: [OpenShard, ...OpenShard[]] = [first, ...others];
  const problems = [
    ...sorted.flatMap((shard) => foreign(shard, first, version)),
    ...sorted.flatMap((shard, i) => doubled(shard, sorted.slice(0, i))),
    ...missing(sorted, first),
  ];
  if (problems.length > 0) throw new Refusal('bundle', problems);
  return sorted;
}

function foreign({ path, index }: OpenShard, first: OpenShard, version: string): Problem[] {
  const about = (message: string, remedy: string): Problem[] => [{ file: path, message, remedy }];
  const made = index.generator.version;
  if (made !== version)
    return about(`was made by version ${made}, this is ${version}`, 'Use one version for shards and merge.');
  if (index.shard.of !== first.index.shard.of)
    return about(`is ${shardWords(index.shard)}, ${first.path} is one of ${first.index.shard.of}`, 'Make it again.');
  const other = [SOURCE, FILES].find((name) => digestOf(index, name) !== digestOf(first.index, name));
  if (other === undefined) return [];
  return about(`is about another source than ${first.path}`, 'Make all shards of one commit, unpacked alike.');
}

const digestOf = ({ files }: OpenShard['index'], name: string): string | undefined =>
  files.find(({ path }) => path === name)?.sha256;

function doubled({ path, index, run }: OpenShard, before: readonly OpenShard[]): Problem[] {
  const remedy = 'Name each shard once.';
  const twin = before.find((other) => other.index.shard.index === index.shard.index);
  if (twin !== undefined) return [{ file: path, message: `is ${shardWords(index.shard)}, as is ${twin.path}`, remedy }];
  const same = before.find((other) => other.run.run === run.run);
  return same === undefined ? [] : [{ file: path, message: `is of the same run as ${same.path}`, remedy }];
}

function missing(shards: readonly OpenShard[], { index: { shard } }: OpenShard): Problem[] {
  const there = new Set(shards.map(({ index }) => index.shard.index));
  const wanted = Array.from({ length: shard.of }, (_, i) => i + 1).filter((index) => !there.has(index));
  return wanted.map((index) => ({ message: `${shardWords({ index, of: shard.of })} is missing` }));
}
