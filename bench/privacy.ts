/**
 * Precision and recall of the privacy detectors by span overlap on presidio-research's synthetic texts, and with folders
 * as arguments: findings per entity and CPU time over their files. Run: npx esbuild bench/privacy.ts --bundle
 * --platform=node --format=esm | node --input-type=module - [FOLDER…]
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { decodeText } from '../src/workers/privacy/decode.js';
import { detect } from '../src/workers/privacy/detect.js';
import type { Entity } from '../src/workers/privacy/detector.js';
import { DETECTORS } from '../src/workers/privacy/detectors.js';

const CORPUS = '../shared/corpora/pii/synth_dataset_v2.json';
const LABELS: Readonly<Record<Entity, string>> = {
  email: 'EMAIL_ADDRESS',
  phone: 'PHONE_NUMBER',
  'payment-card': 'CREDIT_CARD',
  iban: 'IBAN_CODE',
  'us-ssn': 'US_SSN',
};
const corpus = z.array(
  z.object({
    full_text: z.string(),
    spans: z.array(z.object({ entity_type: z.string(), start_position: z.int(), end_position: z.int() })),
  }),
);

interface Score {
  labelled: number;
  recalled: number;
  found: number;
  right: number;
  exact: number;
}

const total: Score = { labelled: 0, recalled: 0, found: 0, right: 0, exact: 0 };
if (existsSync(CORPUS)) {
  const texts = corpus.parse(JSON.parse(readFileSync(CORPUS, 'utf8')));
  for (const { entity } of DETECTORS) print(entity, scoreOf(entity, texts));
  print('all five', total);
}
for (const folder of process.argv.slice(2)) measure(folder);

function scoreOf(entity: Entity, texts: z.infer<typeof corpus>): Score {
  const score: Score = { labelled: 0, recalled: 0, found: 0, right: 0, exact: 0 };
  for (const { full_text, spans } of texts) {
    // Offsets of the corpus count code points.
    const points = Array.from(full_text);
    const unit = (point: number) => points.slice(0, point).join('').length;
    const labelled = spans
      .filter(({ entity_type }) => entity_type === LABELS[entity])
      .map(({ start_position, end_position }) => ({ start: unit(start_position), end: unit(end_position) }));
    const found = detect(full_text, DETECTORS).filter((detection) => detection.entity === entity);
    score.labelled += labelled.length;
    score.found += found.length;
    const overlap = (a: { start: number; end: number }, b: { start: number; end: number }) =>
      a.start < b.end && b.start < a.end;
    score.recalled += labelled.filter((label) => found.some((one) => overlap(one, label))).length;
    score.right += found.filter((one) => labelled.some((label) => overlap(one, label))).length;
    score.exact += found.filter((one) =>
      labelled.some(({ start, end }) => one.start === start && one.end === end),
    ).length;
    if (process.env['SHOW'] === entity) show(full_text, labelled, found);
  }
  for (const key of ['labelled', 'recalled', 'found', 'right', 'exact'] as const) total[key] += score[key];
  return score;
}

function show(text: string, labelled: { start: number; end: number }[], found: { start: number; end: number }[]): void {
  const part = ({ start, end }: { start: number; end: number }) =>
    JSON.stringify(
      `${text.slice(Math.max(0, start - 30), start)}[${text.slice(start, end)}]${text.slice(end, end + 12)}`,
    );
  for (const label of labelled)
    if (!found.some(({ start, end }) => start < label.end && label.start < end)) console.log('missed', part(label));
  for (const one of found)
    if (!labelled.some(({ start, end }) => start < one.end && one.start < end)) console.log('extra ', part(one));
}

function print(name: string, { labelled, recalled, found, right, exact }: Score): void {
  const share = (part: number, whole: number) => (whole === 0 ? '-' : (part / whole).toFixed(3));
  console.log(
    `${name}: precision ${share(right, found)} (${right}/${found}) recall ${share(recalled, labelled)} (${recalled}/${labelled}) exact region ${exact}`,
  );
}

function measure(folder: string): void {
  const before = process.cpuUsage();
  const counts = new Map<string, number>();
  let bytes = 0;
  for (const path of filesIn(folder)) {
    const content = readFileSync(path);
    bytes += content.length;
    const text = decodeText(content);
    for (const { entity, severity, start, end } of text === undefined ? [] : detect(text, DETECTORS)) {
      const key = severity === undefined ? entity : `${entity} (${severity})`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
      if (process.env['SHOW'] === entity)
        console.log(
          path,
          JSON.stringify(
            `${text?.slice(Math.max(0, start - 30), start)}[${text?.slice(start, end)}]${text?.slice(end, end + 12)}`,
          ),
        );
    }
  }
  const { user, system } = process.cpuUsage(before);
  console.log(
    folder,
    `${(bytes / 1e6).toFixed(1)} MB, ${((user + system) / 1e6).toFixed(2)} CPU s`,
    Object.fromEntries(counts),
  );
}

function* filesIn(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== '.git') yield* filesIn(path);
    if (entry.isFile()) yield path;
  }
}
