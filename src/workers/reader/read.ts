import { closeSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { InputFile } from '../lib/protocol.js';
import { ADAPTERS } from './adapters.js';
import { cleanLine, cleanRule } from './clean.js';
import type { Collected } from './collect.js';
import { readJson } from './json.js';
import { readJsonl } from './jsonl.js';
import { nativeReport } from './native.js';
import { type Index, indexOf, lookUp, normalise } from './normalise.js';
import { openReport } from './open.js';
import { type ReaderAnswer, type ReaderRequest, RefusedReport } from './protocol.js';
import { readSarif } from './sarif.js';

/** Where the sandbox puts things for a reader. */
export interface ReaderPlaces {
  input: string;
  source: string;
  report: string;
  output: string;
}

/** The places that the command line names, in this order; the source's is that of its `general` folder. */
function givenPlaces([input, general, report, output]: readonly string[]): ReaderPlaces {
  if (!input || !general || !report || !output) throw new Error('usage: reader INPUT SOURCE/general REPORT OUTPUT');
  return { input, source: dirname(general), report, output };
}

const MAX_DETAIL = 300;

/** Turns what a step left into sorted, capped findings. What is refused is an answer, not a crash. */
export function readReport(places: ReaderPlaces = givenPlaces(process.argv.slice(2))): void {
  writeFileSync(join(places.output, 'read.json'), JSON.stringify(answer(places)));
}

function answer(places: ReaderPlaces): ReaderAnswer {
  const request: ReaderRequest = JSON.parse(readFileSync(join(places.input, 'reader.json'), 'utf8'));
  try {
    const index = filesOf(places);
    return write(collect(request, index, places), request, index, places);
  } catch (error) {
    if (error instanceof RefusedReport) return { ok: false, refused: error.refused, message: error.message };
    throw error;
  }
}

/** Reads the report in its format. */
function collect(request: ReaderRequest, index: Index, places: ReaderPlaces): Collected {
  const fd = openReport(join(places.report, request.file), request.maxReportBytes);
  try {
    if (request.format === 'sarif') return readSarif(fd, request);
    if (request.format === 'findings-jsonl') return readJsonl(fd, request);
    const adapter = ADAPTERS[request.format];
    const { into, report } = readJson(fd, adapter, request, index, places.source);
    writeFileSync(join(places.output, 'native.json'), nativeReport(report, request.drop, index));
    return into;
  } finally {
    closeSync(fd);
  }
}

/** The files of the step by the names that its report uses. */
function filesOf({ input }: ReaderPlaces): Index {
  const lines = readFileSync(join(input, 'files.jsonl'), 'utf8').split('\n');
  return indexOf(lines.filter((line) => line !== '').map((line) => JSON.parse(line) as InputFile));
}

function write(collected: Collected, request: ReaderRequest, index: Index, places: ReaderPlaces): ReaderAnswer {
  const findings = normalise(collected, request, index, places.source);
  const used = new Set(findings.map((finding) => finding.rule));
  const rules = [...collected.rules.values()].filter((rule) => used.has(rule.id)).map(cleanRule);
  const unread = collected.unread.map(({ path, reason, detail }) => {
    return { path: lookUp(path, index).path, reason, detail: cleanLine(detail, MAX_DETAIL) };
  });
  const components = collected.components.map((entry) => ({ ...entry, path: lookUp(entry.path, index).path }));
  const out = (name: string, values: readonly object[]) =>
    writeFileSync(join(places.output, name), values.map((value) => `${JSON.stringify(value)}\n`).join(''));
  out('findings.jsonl', findings);
  out(
    'rules.jsonl',
    sorted(rules, (rule) => rule.id),
  );
  out(
    'unread.jsonl',
    sorted(unread, (entry) => `${entry.path}\0${entry.reason}`),
  );
  out(
    'components.jsonl',
    sorted(components, (entry) => `${entry.purl}\0${entry.path}\0${String(entry.line).padStart(9, '0')}`),
  );
  return {
    ok: true,
    findings: findings.length,
    rules: rules.length,
    unread: unread.length,
    components: components.length,
    suppressed: collected.findings.filter((finding) => finding.suppressed).length,
  };
}

function sorted<T>(values: T[], key: (value: T) => string): T[] {
  const keyed = values.map((value) => ({ value, key: key(value) }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ value }) => value);
}
