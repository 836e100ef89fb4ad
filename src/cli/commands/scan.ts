import { constants, createWriteStream, openSync } from 'node:fs';
import { Command, Option } from 'commander';
import { SIGNATURE_FORMATS } from '../../core/attest/sign.js';
import { Fault, Refusal } from '../../core/lib/errors.js';
import { loadPackageCatalog } from '../../core/package.js';
import type { ScanEvent } from '../../core/run.js';
import { scan } from '../../core/scan.js';
import { liveProgress, type Progress, plainProgress, silent } from '../progress.js';
import { FORMATS, type Format, writeReport } from '../report.js';
import { inRuntime } from '../runtime.js';
import { addRequestOptions, DEFAULT_EXPORT_DIR, parseJobs, type ScanFlags, toRequest } from '../scan-options.js';
import { abortOnSignals } from '../signals.js';
import { painter } from '../style.js';
import { gather } from '../trusted-files.js';

interface OutputFlags {
  format: Format;
  output?: string;
  events?: string;
  quiet?: boolean;
}

export function scanCommand(done: (code: number) => void): Command {
  const command = new Command('scan')
    .description('scan a source and leave a bundle (the default command)')
    .argument('[source]', 'folder, git URL or clone (#ref), .tar.gz or .zip archive, - for a tar on standard input');
  return addRequestOptions(command)
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
    .option('--jobs <n>', 'steps at one time', parseJobs)
    .option('--unsandboxed', 'run tools with your own rights; recorded')
    .option('--exit-zero', 'end with 0 whatever the verdict; recorded')
    .addOption(new Option('--format <format>', 'of the answer').choices(FORMATS).default('text'))
    .option('--output <file>', 'write the answer to a file')
    .option('--events <file>', 'write events as JSON lines; - for standard output')
    .option('--quiet', 'no progress')
    .action(async (source: string | undefined, flags: ScanFlags & OutputFlags) => done(await runScan(source, flags)));
}

async function runScan(source: string | undefined, flags: ScanFlags & OutputFlags): Promise<number> {
  const request = await toRequest(source, flags);
  const output = openOutput(flags.output, '--output');
  const cancel = cancellation();
  const events = eventSink(flags.events, cancel.abort);
  const catalog = await loadPackageCatalog(flags.tools);
  const progress = progressFor(flags);
  try {
    const onEvent = (event: ScanEvent) => {
      progress.onEvent(event);
      events.write(event);
    };
    const say = (line: string) => flags.quiet || console.error(`security-scan: ${line}`);
    const result = await inRuntime(flags, catalog, say, (openSandbox) =>
      scan(request, catalog, { clock: () => new Date(), signal: cancel.signal, onEvent, openSandbox }),
    );
    progress.stop();
    if (!(flags.events === '-' && flags.output === undefined)) {
      await writeReport(result, flags.format, output, painter(process.stdout));
    }
    return cancel.exitCode() ?? (flags.exitZero ? 0 : result.exitCode);
  } catch (error) {
    const code = cancel.exitCode();
    if (code === undefined || !(error instanceof Fault)) throw error;
    console.error(`security-scan: ${error.message}`);
    return code;
  } finally {
    progress.stop();
    await events.end();
    cancel.dispose();
  }
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
function openOutput(file: string | undefined, option: string): number | undefined {
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

/** The first signal cancels and lets the bundle be written; a second one ends at once. */
function cancellation() {
  const controller = new AbortController();
  const signals = abortOnSignals(controller);
  let broken: Error | undefined;
  return {
    signal: controller.signal,
    exitCode: () => signals.exitCode() ?? (broken === undefined ? undefined : 3),
    abort: (cause: Error) => {
      broken ??= cause;
      controller.abort(cause);
    },
    dispose: signals.dispose,
  };
}
