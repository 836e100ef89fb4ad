import { constants, createWriteStream, openSync } from 'node:fs';
import { Command, Option } from 'commander';
import { SIGNATURE_FORMATS } from '../../core/attest/sign.js';
import { Refusal } from '../../core/lib/errors.js';
import { loadPackageCatalog } from '../../core/package.js';
import type { Catalog } from '../../core/plan/catalog.js';
import type { ScanEvent, ScanPorts } from '../../core/run.js';
import { scan } from '../../core/scan.js';
import type { ScanRequest } from '../../core/scan-request.js';
import { parseShard, type Shard } from '../../core/shard/shard.js';
import { scanShard } from '../../core/shard-scan.js';
import { liveProgress, type Progress, plainProgress, silent } from '../progress.js';
import { FORMATS, type Format, writeReport, writeText } from '../report.js';
import { inRuntime } from '../runtime.js';
import { addRequestOptions, DEFAULT_EXPORT_DIR, parseJobs, type ScanFlags, toRequest } from '../scan-options.js';
import { shardScreen } from '../shard-screen.js';
import { underSignals } from '../signals.js';
import { addKeylessOptions, type KeylessFlags } from '../signing-options.js';
import { painter } from '../style.js';
import { gather } from '../trusted-files.js';

export interface OutputFlags {
  format: Format;
  output?: string;
  events?: string;
  quiet?: boolean;
}

interface AllFlags extends ScanFlags, OutputFlags, KeylessFlags {
  shard?: Shard;
}

export function scanCommand(done: (code: number) => void): Command {
  const command = new Command('scan')
    .description('scan a source and leave a bundle (the default command)')
    .argument('[source]', 'folder, git URL or clone (#ref), .tar.gz or .zip archive, - for a tar on standard input');
  return addBundleOptions(addRequestOptions(command))
    .option('--jobs <n>', 'steps at one time', parseJobs)
    .option('--unsandboxed', 'run tools with your own rights; recorded')
    .option('--events <file>', 'write events as JSON lines; - for standard output')
    .option('--shard <i/n>', 'run this part of the scan alone and leave a shard; merge makes the bundle', parseShard)
    .action(async (source: string | undefined, flags: AllFlags) => done(await runScan(source, flags)));
}

/** Adds the options that decide what becomes of the evidence. */
export function addBundleOptions(command: Command): Command {
  return addKeylessOptions(command)
    .option('--export-dir <dir>', 'where bundles go', DEFAULT_EXPORT_DIR)
    .option('--bundle-id <name>', 'name of the bundle')
    .option(
      '--sign-key <key>',
      'sign the statements: a key file, env:NAME or fd:N; repeatable (keygen makes one)',
      gather,
    )
    .option('--sign-key-password <from>', 'of each encrypted key: env:NAME or fd:N; else it is asked for', gather)
    .addOption(new Option('--signature-format <form>', 'of signature files').choices([...SIGNATURE_FORMATS, 'both']))
    .option('--replace', 'replace a bundle of that name')
    .option('--exit-zero', 'end with 0 whatever the verdict; recorded')
    .addOption(new Option('--format <format>', 'of the answer').choices(FORMATS).default('text'))
    .option('--output <file>', 'write the answer to a file')
    .option('--quiet', 'no progress');
}

async function runScan(source: string | undefined, flags: AllFlags): Promise<number> {
  refuseFormat(flags);
  refuseKeyless(flags);
  const request = await toRequest(source, flags);
  const output = openOutput(flags.output, '--output');
  return underSignals(async (cancel) => {
    const events = eventSink(flags.events, cancel.abort);
    const catalog = await loadPackageCatalog(flags.tools);
    const progress = progressFor(flags);
    try {
      const onEvent = (event: ScanEvent) => {
        progress.onEvent(event);
        events.write(event);
      };
      const say = (line: string) => flags.quiet || console.error(`security-scan: ${line}`);
      const ports = { clock: () => new Date(), signal: cancel.signal, onEvent };
      const { exitCode, write } = await inRuntime(flags, catalog, say, (openSandbox) =>
        answer(request, flags, catalog, { ...ports, openSandbox }),
      );
      progress.stop();
      if (!(flags.events === '-' && flags.output === undefined)) await write(output);
      return cancel.exitCode() ?? exitCode;
    } finally {
      progress.stop();
      await events.end();
    }
  });
}

/** What a scan, or a part of one, ends with. */
interface Answer {
  exitCode: number;
  write: (output: number | undefined) => Promise<void>;
}

async function answer(request: ScanRequest, flags: AllFlags, catalog: Catalog, ports: ScanPorts): Promise<Answer> {
  const { shard, format, exitZero } = flags;
  if (shard !== undefined) {
    const left = await scanShard(request, shard, catalog, ports);
    return { exitCode: 0, write: (output) => writeText(shardScreen(left), output) };
  }
  const result = await scan(request, catalog, ports);
  const write = (output: number | undefined) => writeReport(result, format, output, painter(process.stdout));
  return { exitCode: exitZero ? 0 : result.exitCode, write };
}

function refuseFormat({ shard, format }: AllFlags): void {
  if (shard === undefined || format === 'text') return;
  throw new Refusal('usage', [{ message: `--format ${format}: a shard has no verdict`, remedy: 'Give it to merge.' }]);
}

/** Its key is known before the run, and a merge is told which keys to trust. */
function refuseKeyless({ shard, keyless }: AllFlags): void {
  if (shard === undefined || !keyless) return;
  throw new Refusal('usage', [{ message: '--keyless: a shard is signed with a key', remedy: 'Give it to merge.' }]);
}

function progressFor({ quiet, events }: OutputFlags): Progress {
  if (quiet || events === '-') return silent;
  return process.stderr.isTTY
    ? liveProgress(process.stderr, painter(process.stderr), () => performance.now())
    : plainProgress(process.stderr);
}

// A link at this place may be the source's.
const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;

/** Opened before anything runs, so that an answer that cannot be kept is a refusal and not a lost scan. */
export function openOutput(file: string | undefined, option: string): number | undefined {
  if (file === undefined) return undefined;
  try {
    return openSync(file, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o644);
  } catch (cause) {
    const message = `${option}: cannot be written (${(cause as NodeJS.ErrnoException).code})`;
    throw new Refusal('usage', [{ file, message }], { cause });
  }
}

/** Whoever reads the events must get all of them: a reader that goes away ends the scan as an error. */
function eventSink(target: string | undefined, abort: (cause: Error) => void) {
  if (target === undefined) return { write: () => {}, end: async () => {} };
  const fd = target === '-' ? undefined : openOutput(target, '--events');
  const stream = fd === undefined ? process.stdout : createWriteStream('', { fd });
  stream.on('error', abort);
  const write = (event: ScanEvent) =>
    void stream.write(`${JSON.stringify({ time: new Date().toISOString(), ...event })}\n`);
  const end = () => (target === '-' ? Promise.resolve() : new Promise<void>((resolve) => void stream.end(resolve)));
  return { write, end };
}
