import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ScriptedTool, scriptedCatalog } from '../support/catalog.js';
import { buildOrchestrator, scanInChild } from '../support/child.js';
import { smallSource } from '../support/faults.js';
import type { KillWhen } from '../support/orchestrator.js';
import { processesWith } from '../support/processes.js';
import { findingLine, leaves, reportText, SOUND } from '../support/reports.js';
import { scanWith, temporaryFolder } from '../support/scan.js';

const WORD = `killed-${process.pid}`;
/** Starts a process that the test can see, and waits for ever. */
const WAITS = `import { spawn } from 'node:child_process';
spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '${WORD}'], { stdio: 'ignore' });
setInterval(() => {}, 1000);`;
const many = leaves(reportText(Array.from({ length: 5000 }, () => findingLine())));

const MOMENTS: [name: string, script: string, kill: KillWhen][] = [
  ['after the sandbox was opened', SOUND, { type: 'sandbox' }],
  ['before the snapshot', SOUND, { type: 'snapshot', state: 'started' }],
  ['during the snapshot', SOUND, { type: 'snapshot', state: 'started', process: '/tool/worker.mjs' }],
  ['after the snapshot', SOUND, { type: 'snapshot', state: 'done' }],
  ['during a step', WAITS, { type: 'step', state: 'running', process: WORD }],
  ['while the report is read', many, { type: 'step', state: 'reading' }],
  ['after the steps', many, { type: 'step', state: 'done' }],
  ['before the bundle is written', many, { type: 'verdict' }],
  ['while the bundle is written', many, { type: 'verdict', written: 'summary.json' }],
  ['after the index was written', many, { type: 'verdict', written: 'bundle.json' }],
  ['after the scan statement was written', many, { type: 'verdict', written: 'attestation.intoto.json' }],
];

let orchestrator: string;
beforeAll(async () => {
  orchestrator = await buildOrchestrator(temporaryFolder());
});

describe('kill -9 of the orchestrator', () => {
  it.each(MOMENTS)('%s leaves no half bundle, no process and no copy of the source', async (_, script, kill) => {
    const { folder, source, exportDir } = smallSource();
    const tools: ScriptedTool[] = [{ id: 'one', script }];
    const request = { source, exportDir, profile: 'scripted' };
    expect(await scanInChild(orchestrator, { request, scripted: { folder, tools }, kill })).toBe('killed');

    const [runId = '', ...others] = readdirSync(join(exportDir, '.incomplete'));
    expect({ visible: readdirSync(exportDir), others }).toEqual({ visible: ['.incomplete'], others: [] });
    const { work } = JSON.parse(readFileSync(join(exportDir, '.incomplete', runId, 'owner.json'), 'utf8'));
    await expect.poll(() => processesWith(WORD), { timeout: 5000 }).toEqual([]);

    const events: object[] = [];
    const catalog = await scriptedCatalog(folder, [{ id: 'one', script: SOUND }]);
    const next = await scanWith(catalog, request, { onEvent: (event) => events.push(event) });
    const remains = [
      { runId, folder: join(exportDir, '.incomplete', runId), started: expect.stringMatching(/^20.*Z$/) },
    ];
    expect(events[0]).toEqual({ type: 'remains', remains });
    expect(existsSync(work)).toBe(false);
    expect(readdirSync(exportDir).sort()).toEqual(['.incomplete', next.bundle.id, 'history', 'latest'].sort());
  });

  it('names the remains of a run that could not even say whose it was', async () => {
    const { folder, source, exportDir } = smallSource();
    const catalog = await scriptedCatalog(folder, [{ id: 'one', script: SOUND }]);
    const request = { source, exportDir, profile: 'scripted' };
    await scanWith(catalog, request);
    const runId = '20260101T000000Z-0123456789abcdef';
    writeFileSync(join(exportDir, '.incomplete', runId), 'x');
    const events: object[] = [];
    await scanWith(catalog, request, { onEvent: (event) => events.push(event) });
    expect(events[0]).toMatchObject({ type: 'remains', remains: [{ runId, started: 'unknown' }] });
  });
});
