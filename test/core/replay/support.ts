import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Catalog } from '../../../src/core/plan/catalog.js';
import { type Replay, type ReplayRequest, replay } from '../../../src/core/replay.js';
import type { ScanEvent } from '../../../src/core/run.js';
import type { ScanRequest } from '../../../src/core/scan-request.js';
import { type ScriptedTool, scriptedCatalog } from '../../support/catalog.js';
import { commitAll } from '../../support/cli.js';
import { scanWith, temporaryFolder } from '../../support/scan.js';

/** Finds every line that holds `bad`, and a place for each file that it is given. */
const FINDER = `
import * as fs from 'node:fs';
const [input, source] = process.argv.slice(2);
const rule = { type: 'rule', id: 'BAD', name: 'BAD', severity: 'high', kind: 'fail', cwe: ['CWE-1'],
  shortDescription: 's', fullDescription: 'f', help: 'h' };
const files = fs.readFileSync(input + '/files.jsonl', 'utf8').split('\\n').filter(Boolean).map((line) => JSON.parse(line));
const findings = files.flatMap(({ path, at }) =>
  fs.readFileSync('/src/' + at, 'utf8').split('\\n').flatMap((text, i) =>
    text.includes('bad') ? [{ type: 'finding', rule: 'BAD', path, startLine: i + 1, message: 'a bad line' }] : []));
const lines = [rule, ...findings, { type: 'end', files: files.length, findings: findings.length }];
fs.writeFileSync('/out/report.jsonl', lines.map((line) => JSON.stringify(line) + '\\n').join(''));
`;

export const finder = (more: Partial<ScriptedTool> = {}): ScriptedTool => ({ id: 'finder', script: FINDER, ...more });

export interface Scanned {
  folder: string;
  source: string;
  commit: string;
  bundle: string;
  catalog: Catalog;
  again(more?: Partial<ReplayRequest>, catalog?: Catalog): Promise<Replay>;
}

/** A repository with two bad lines, and the bundle of a scan of it. */
export async function scanned(request: Partial<ScanRequest> = {}, tools = [finder()]): Promise<Scanned> {
  const folder = temporaryFolder();
  const source = join(folder, 'source');
  mkdirSync(source);
  writeFileSync(join(source, 'a.txt'), 'good\nbad\n');
  writeFileSync(join(source, 'b.txt'), 'bad\n');
  writeFileSync(join(source, '.gitignore'), 'ignored\n');
  const commit = commitAll(source);
  const catalog = await scriptedCatalog(folder, tools);
  const out = join(folder, 'out');
  const { bundle } = await scanWith(catalog, { source, exportDir: out, profile: 'scripted', ...request });
  const again: Scanned['again'] = (more = {}, other = catalog) => replayWith(bundle.folder, { source, ...more }, other);
  return { folder, source, commit, bundle: bundle.folder, catalog, again };
}

export function replayWith(
  bundle: string,
  more: Partial<ReplayRequest> & { source: string },
  catalog: Catalog,
  signal = new AbortController().signal,
  onEvent: (event: ScanEvent) => void = () => {},
): Promise<Replay> {
  return replay({ bundle, keys: [], ...more }, catalog, { clock: () => new Date(), signal, onEvent });
}
