import { countOf } from '../core/lib/count.js';
import { printable } from '../core/lib/printable.js';
import { planDigest } from '../core/plan/plan.js';
import { shardWords } from '../core/shard/shard.js';
import type { ShardResult } from '../core/shard-scan.js';
import { table } from './style.js';

/** What is said of one part of a scan: what it did, and that it is no answer. */
export function shardScreen({ shard, plan, folder, outcomes }: ShardResult): string[] {
  const rows = outcomes.map(({ step, status, files, error, reason }) => [
    `  ${step}`,
    status,
    countOf(files, 'file'),
    printable(error?.message ?? reason ?? '', 200),
  ]);
  return [
    `No verdict: this is ${shardWords(shard)} of plan ${planDigest(plan).slice(0, 16)}, and \`security-scan merge\` judges all of them.\n`,
    ...table(rows).map((row) => `${row}\n`),
    `Shard: ${folder}\n`,
  ];
}
