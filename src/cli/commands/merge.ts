import { Command } from 'commander';
import { loadPublicKey } from '../../core/lib/signing/key-file.js';
import { merge } from '../../core/merge.js';
import { loadPackageCatalog } from '../../core/package.js';
import { plainProgress, silent } from '../progress.js';
import { writeReport } from '../report.js';
import { addRuleOptions, type ScanFlags, toRequest } from '../scan-options.js';
import { underSignals } from '../signals.js';
import { painter } from '../style.js';
import { gather } from '../trusted-files.js';
import { addBundleOptions, type OutputFlags, openOutput } from './scan.js';

interface MergeFlags extends ScanFlags, OutputFlags {
  key?: string[];
  source?: string;
}

export function mergeCommand(done: (code: number) => void): Command {
  const command = new Command('merge')
    .description('make one bundle of all shards of a scan, by the same options; runs no tool')
    .argument('<shards...>', 'the folder of each shard, as scan --shard left it');
  return addBundleOptions(addRuleOptions(command))
    .option('--key <file>', 'a public key; each shard must be signed by one of them (scan --shard --sign-key)', gather)
    .option('--source <source>', 'what was scanned; only for --policy-from, whose rules are in it')
    .option('--allow-git-dir', 'accept a .git that points outside the source')
    .action(async (shards: string[], flags: MergeFlags) => done(await runMerge(shards, flags)));
}

async function runMerge(shards: readonly string[], flags: MergeFlags): Promise<number> {
  const { source: _folder, ...request } = await toRequest(undefined, flags);
  const { key = [] } = flags;
  const shardKeys = await Promise.all(key.map(loadPublicKey));
  const keyPaths = [...(request.keyPaths ?? []), ...key];
  const output = openOutput(flags.output, '--output');
  const catalog = await loadPackageCatalog(flags.tools);
  const { onEvent } = flags.quiet ? silent : plainProgress(process.stderr);
  return underSignals(async (cancel) => {
    const ports = { clock: () => new Date(), signal: cancel.signal, onEvent };
    const asked = {
      ...request,
      shards,
      shardKeys,
      keyPaths,
      ...(flags.source !== undefined && { source: flags.source }),
    };
    const result = await merge(asked, catalog, ports);
    await writeReport(result, flags.format, output, painter(process.stdout));
    return cancel.exitCode() ?? (flags.exitZero ? 0 : result.exitCode);
  });
}
