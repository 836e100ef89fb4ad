import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { documentIn } from '../support/bundle.js';
import { buildOrchestrator, scanInChild } from '../support/child.js';
import { SOUND } from '../support/reports.js';
import { temporaryFolder } from '../support/scan.js';

const MiB = 2 ** 20;
const COUNT = 100_000;
/** RSS that the orchestrator may reach: whatever the number of findings, and with an entry in memory for each file. */
const MOST_RSS = { findings: 200 * MiB, files: 256 * MiB };

/** One finding on each of many lines, and a rule whose text is as long as may be. */
const MANY_FINDINGS = `import { writeFileSync } from 'node:fs';
const rule = { type: 'rule', id: 'R1', name: 'R1', severity: 'low', kind: 'fail', cwe: ['CWE-1'], shortDescription: 's', fullDescription: 'f', help: 'h' };
const lines = [JSON.stringify(rule)];
for (let i = 1; i <= ${COUNT}; i++) lines.push(JSON.stringify({ type: 'finding', rule: 'R1', path: 'a.txt', startLine: i, message: 'The value of line ' + i + ' flows into a call that must not see it, says this rule.' }));
lines.push(JSON.stringify({ type: 'end', files: 1, findings: ${COUNT} }), '');
writeFileSync('/out/report.jsonl', lines.join('\\n'));`;

let orchestrator: string;
beforeAll(async () => {
  orchestrator = await buildOrchestrator(temporaryFolder());
});

async function scanned(source: string, folder: string, script: string) {
  const capabilities = {
    memory: '512MiB',
    cpu: '60s',
    wall: '60s',
    pids: 32,
    output: '64MiB',
    tmp: '8MiB',
    net: 'none',
  };
  const scripted = { folder, tools: [{ id: 'one', script, tool: { capabilities } }] };
  const answer = await scanInChild(orchestrator, {
    request: { source, exportDir: join(folder, 'out'), profile: 'scripted' },
    scripted,
  });
  if (answer === 'killed' || answer.bundle === undefined) throw new Error(JSON.stringify(answer));
  const { wallMs, cpuMs, maxRssBytes } = answer;
  console.info(`${wallMs} ms, own CPU ${cpuMs} ms, peak RSS ${Math.round(maxRssBytes / MiB)} MiB`);
  return { ...answer, bundle: answer.bundle };
}

describe('much of everything', () => {
  it('a hundred thousand findings', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'source'));
    writeFileSync(
      join(folder, 'source', 'a.txt'),
      Array.from({ length: COUNT }, (_, i) => `value ${i} = call(${i % 7})\n`).join(''),
    );
    const { bundle, maxRssBytes, verdict } = await scanned(join(folder, 'source'), folder, MANY_FINDINGS);
    expect(verdict).toBe('pass');
    expect(documentIn(bundle, 'summary.json')).toMatchObject({ findings: { findings: COUNT } });
    expect(maxRssBytes).toBeLessThan(MOST_RSS.findings);
  }, 120_000);

  it('a hundred thousand files', async () => {
    const folder = temporaryFolder();
    const source = join(folder, 'source');
    for (let i = 0; i < 100; i++) {
      mkdirSync(join(source, `folder-${i}`), { recursive: true });
      for (let j = 0; j < COUNT / 100; j++) writeFileSync(join(source, `folder-${i}`, `file-${j}.txt`), '');
    }
    writeFileSync(join(source, 'a.txt'), 'one\n');
    const { bundle, maxRssBytes } = await scanned(source, folder, SOUND);
    expect(documentIn(bundle, 'summary.json')).toMatchObject({ verdict: 'fail', source: { files: COUNT + 1 } });
    expect(maxRssBytes).toBeLessThan(MOST_RSS.files);
  }, 180_000);
});
