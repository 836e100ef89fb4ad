/**
 * Scores the secret scanner on public data and prints the figures.
 *   npx esbuild bench/secrets.ts --bundle --platform=node --format=esm --outfile=/tmp/secrets-bench.mjs --banner:js="import{createRequire}from'node:module';const require=createRequire(import.meta.url);"
 *   node /tmp/secrets-bench.mjs cases ../shared/corpora/secrets/gitleaks-cases.jsonl
 *   node /tmp/secrets-bench.mjs leaky ../targets/leaky-repo
 *   node /tmp/secrets-bench.mjs tree ../targets/wagtail
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { loadRules } from '../src/workers/secrets/rules.js';
import { secretScanner } from '../src/workers/secrets/scan.js';

const scan = secretScanner(loadRules('rules/secrets'));

/** Texts, or texts by file name. */
type Samples = string[] | Record<string, string> | null;

interface Case {
  rule: string;
  tps: Samples;
  fps: Samples;
}

/** Providers that the two rule sets call by other names. */
const SAME: Record<string, string> = {
  gcp: 'google',
  '1password': 'onepassword',
  flyio: 'fly',
  generic: 'hardcoded',
  jwt: 'json',
  hashicorp: 'terraform',
  'private-key': 'private',
};

const provider = (id: string): string => {
  const first = id.split('-')[0] ?? '';
  return SAME[first] ?? first;
};

const samplesOf = (samples: Samples): { path: string; text: string }[] =>
  Array.isArray(samples)
    ? samples.map((text) => ({ path: 'case', text }))
    : Object.entries(samples ?? {}).map(([path, text]) => ({ path, text }));

/** `tps` must be found by any rule, `fps` not by a rule of the same provider, unless they are a secret of another kind. */
function scoreCases(path: string): void {
  const cases = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Case);
  const secret = new Set(cases.flatMap(({ tps }) => samplesOf(tps).map(({ text }) => text)));
  const sum = { found: 0, all: 0, wrong: 0, negatives: 0 };
  for (const { rule, tps, fps } of cases) {
    const positives = samplesOf(tps);
    const negatives = samplesOf(fps).filter(({ text }) => !secret.has(text));
    const missed = positives.filter((sample) => scanSample(sample).length === 0);
    const wrong = negatives.filter((sample) => scanSample(sample).some((s) => provider(s.rule) === provider(rule)));
    sum.found += positives.length - missed.length;
    sum.all += positives.length;
    sum.wrong += wrong.length;
    sum.negatives += negatives.length;
    if (missed.length > 0) console.log(`missed ${rule} ${missed.length}/${positives.length}`);
    if (wrong.length > 0) console.log(`wrong ${rule} ${wrong.length}/${negatives.length}`);
    if (!process.argv.includes('--show')) continue;
    for (const { text } of [...missed, ...wrong]) console.log('  ', JSON.stringify(text).slice(0, 220));
  }
  console.log(sum, 'precision', ratio(sum.found, sum.found + sum.wrong), 'recall', ratio(sum.found, sum.all));
}

const scanSample = ({ path, text }: { path: string; text: string }) => scan(path, Buffer.from(text));

const ratio = (part: number, whole: number): string => (whole === 0 ? '-' : (part / whole).toFixed(3));

/** The repository states how many lines of each file are a risk, and how many inform; a line counts once. */
function scoreLeaky(folder: string): void {
  const rows = readFileSync(join(folder, '.leaky-meta/secrets.csv'), 'utf8').split('\n');
  const sum = { found: 0, risks: 0, flagged: 0, right: 0 };
  const listed = new Set<string>();
  for (const row of rows.filter((line) => /^[^#,]+,\d+,\d+/.test(line))) {
    const [name = '', risk = '0', informative = '0'] = row.trim().split(',');
    listed.add(name);
    const flagged = new Set(scan(name, readFileSync(join(folder, name))).map((s) => s.start.line)).size;
    sum.risks += Number(risk);
    sum.found += Math.min(flagged, Number(risk));
    sum.flagged += flagged;
    sum.right += Math.min(flagged, Number(risk) + Number(informative));
    console.log(name, `${flagged} of ${risk}+${informative}`);
  }
  for (const path of filesIn(folder)) {
    const name = relative(folder, path);
    if (listed.has(name) || name.startsWith('.leaky-meta/')) continue;
    const extra = scan(name, readFileSync(path)).length;
    if (extra > 0) console.log(name, `${extra} unlisted`);
    sum.flagged += extra;
  }
  console.log(sum, 'precision', ratio(sum.right, sum.flagged), 'recall', ratio(sum.found, sum.risks));
}

function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.name !== '.git');
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesIn(path) : entry.isFile() ? [path] : [];
  });
}

function scoreTree(folder: string): void {
  const counts = new Map<string, number>();
  const before = process.cpuUsage();
  const places: string[] = [];
  let bytes = 0;
  for (const path of filesIn(folder)) {
    const raw = readFileSync(path);
    bytes += raw.length;
    for (const { rule, start } of scan(relative(folder, path), raw)) {
      counts.set(rule, (counts.get(rule) ?? 0) + 1);
      places.push(`${rule} ${relative(folder, path)}:${start.line}:${start.column}`);
    }
  }
  const { user, system } = process.cpuUsage(before);
  for (const place of places) console.log(place);
  console.log(Object.fromEntries(counts), `${((user + system) / 1e6).toFixed(2)} CPU s, ${bytes} bytes`);
}

const SCORES: Record<string, (place: string) => void> = { cases: scoreCases, leaky: scoreLeaky, tree: scoreTree };
const [, , what = '', place = ''] = process.argv;
SCORES[what]?.(place);
