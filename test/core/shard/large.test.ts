import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { documentIn } from '../../support/bundle.js';
import { scriptedCatalog } from '../../support/catalog.js';
import { bundled } from '../../support/child.js';
import type { MergeAnswer, MergeOrder } from '../../support/merger.js';
import { temporaryFolder } from '../../support/scan.js';
import { BY_FILE, shardsOf } from './support.js';

const COUNT = 100_000;
const FILES = 8;
const MOST_RSS = 200 * 2 ** 20;

it('a hundred thousand findings are merged in little memory', async () => {
  const folder = temporaryFolder();
  const source = join(folder, 'source');
  mkdirSync(source);
  for (let i = 0; i < FILES; i += 1)
    writeFileSync(join(source, `${i}.txt`), 'value = call() BAD\n'.repeat(COUNT / FILES));
  const capabilities = {
    memory: '512MiB',
    cpu: '60s',
    wall: '60s',
    pids: 32,
    output: '64MiB',
    tmp: '8MiB',
    net: 'none',
  };
  const tools = [{ id: 'by-file', script: BY_FILE, tool: { capabilities } }];
  const request = { source, exportDir: join(folder, 'shards'), profile: 'scripted' };
  const shards = await shardsOf(await scriptedCatalog(folder, tools), request, 4);
  const order: MergeOrder = {
    request: { shards, exportDir: join(folder, 'out'), profile: 'scripted' },
    scripted: { folder: join(folder, 'again'), tools },
  };
  const child = await execa(process.execPath, [await bundled('merger', folder)], { input: JSON.stringify(order) });
  const { bundle, wallMs, maxRssBytes }: MergeAnswer = JSON.parse(child.stdout);
  console.info(`${wallMs} ms, peak RSS ${Math.round(maxRssBytes / 2 ** 20)} MiB`);
  expect(documentIn(bundle, 'summary.json')).toMatchObject({ findings: { findings: COUNT } });
  expect(maxRssBytes).toBeLessThan(MOST_RSS);
}, 180_000);
