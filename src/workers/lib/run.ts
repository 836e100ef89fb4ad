import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createContext, Script } from 'node:vm';
import type { EmbeddedTool, InputFile, Report, ReportLine, SourceFile } from './protocol.js';

/** Where the sandbox puts things; tests point it at folders of their own. */
export interface Places {
  input: string;
  source: string;
  tool: string;
  output: string;
  /** The pack that the operator gave the tool, read-only; absent when there is none. */
  assets?: string;
}

/** The places that the command line names, in this order; the source's is that of its `general` folder. */
function givenPlaces([input, general, tool, output, assets]: readonly string[]): Places {
  if (!input || !general || !tool || !output)
    throw new Error('usage: worker INPUT SOURCE/general TOOL OUTPUT [ASSETS]');
  return { input, source: dirname(general), tool, output, assets };
}

/** A file that takes longer is *unread*, so that one hostile file cannot spend the step's whole time. */
const FILE_SECONDS = 20;

const FLUSH_BYTES = 1 << 16;

/** Runs an embedded tool over the files it was handed and writes its report. */
export async function runWorker(
  tool: EmbeddedTool,
  places: Places = givenPlaces(process.argv.slice(2)),
): Promise<void> {
  const writer = reportWriter(join(places.output, 'report.jsonl'));
  const config: unknown = JSON.parse(readFileSync(join(places.input, 'config.json'), 'utf8'));
  const files = inputFiles(join(places.input, 'files.jsonl'));
  const asset = (name: string) => join(places.tool, name);
  await tool.start(writer.report, { config, asset, assets: places.assets, files });
  const guarded = timeLimited((file: SourceFile) => tool.scanFile(file, writer.report));
  for (const file of files) scanOne(file, places, guarded, writer.report);
  tool.finish?.(writer.report);
  writer.end(files.length);
}

function inputFiles(path: string): InputFile[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as InputFile);
}

function scanOne(input: InputFile, places: Places, scan: (file: SourceFile) => void, report: Report): void {
  try {
    scan(sourceFile(input, join(places.source, input.at)));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException | undefined)?.code;
    if (code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') {
      report.unread({ path: input.path, reason: 'timeout', detail: `took longer than ${FILE_SECONDS} s` });
    } else {
      // The message could quote the file; the kind of error cannot.
      const detail = code ?? (error instanceof Error ? error.name : 'error');
      report.unread({ path: input.path, reason: code?.startsWith('E') ? 'unreadable' : 'unparsable', detail });
    }
  }
}

/** V8 ends a script that overruns its time, also inside a regular expression or WebAssembly. */
function timeLimited<T>(work: (value: T) => void): (value: T) => void {
  const box: { run: () => void } = { run: () => {} };
  const context = createContext(box);
  const script = new Script('run()');
  return (value) => {
    box.run = () => work(value);
    script.runInContext(context, { timeout: FILE_SECONDS * 1000 });
  };
}

function sourceFile({ path, size, link }: InputFile, at: string): SourceFile {
  let content: Buffer | undefined;
  const bytes = () => {
    content ??= readFileSync(at);
    return content;
  };
  return { path, size, link, bytes, text: () => asText(bytes()) };
}

/** `undefined` for what is not UTF-8 text. A byte-order mark is kept, so that columns stay true. */
export function asText(bytes: Buffer): string | undefined {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function reportWriter(path: string) {
  const fd = openSync(path, 'wx', 0o644);
  let pending: string[] = [];
  let size = 0;
  let findings = 0;
  const flush = () => {
    const data = Buffer.from(pending.join(''));
    for (let done = 0; done < data.length; ) done += writeSync(fd, data, done);
    pending = [];
    size = 0;
  };
  const line = (value: ReportLine) => {
    const text = `${JSON.stringify(value)}\n`;
    pending.push(text);
    size += text.length;
    if (size > FLUSH_BYTES) flush();
  };
  const report: Report = {
    rule: (rule) => line({ type: 'rule', ...rule }),
    unread: (file) => line({ type: 'unread', ...file }),
    component: (component) => line({ type: 'component', ...component }),
    finding: (finding) => {
      findings += 1;
      line({ type: 'finding', ...finding });
    },
  };
  const end = (files: number) => {
    line({ type: 'end', files, findings });
    flush();
    closeSync(fd);
  };
  return { report, end };
}
