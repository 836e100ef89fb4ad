import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ScanEvent } from '../../src/core/run.js';
import { RunCeiling } from '../../src/core/runtime/cancel.js';
import { verifyBundle } from '../../src/core/verify/verify.js';
import { documentIn } from '../support/bundle.js';
import { scriptedCatalog } from '../support/catalog.js';
import { outcomeOf, smallSource } from '../support/faults.js';
import { processesWith } from '../support/processes.js';
import { SOUND } from '../support/reports.js';
import { scanWith } from '../support/scan.js';

const WORD = `cancelled-${process.pid}`;
const WAITS = `import { spawn } from 'node:child_process';
spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '${WORD}'], { stdio: 'ignore' });
setInterval(() => {}, 1000);`;

/** Cancels as soon as `when` says so, and as often as events come. */
async function cancelled(when: (event: ScanEvent) => boolean) {
  const { folder, source, exportDir } = smallSource();
  const catalog = await scriptedCatalog(folder, [
    { id: 'waits', script: WAITS },
    { id: 'sound', script: SOUND },
  ]);
  const controller = new AbortController();
  const onEvent = (event: ScanEvent) => when(event) && controller.abort();
  const request = { source, exportDir, profile: 'scripted', jobs: 1 };
  return { exportDir, done: scanWith(catalog, request, { signal: controller.signal, onEvent }) };
}

const nothingIn = (exportDir: string): void => {
  expect(readdirSync(exportDir)).toEqual(['.incomplete']);
  expect(readdirSync(join(exportDir, '.incomplete'))).toEqual([]);
};

describe('a cancelled run', () => {
  it('during a step leaves a bundle that says so', async () => {
    const { done } = await cancelled(
      (event) => event.type === 'step' && event.step === 'waits' && event.state === 'running',
    );
    const result = await done;
    expect(result.exitCode).toBe(3);
    for (const tool of ['waits', 'sound'])
      expect(outcomeOf(result, tool)).toMatchObject({
        status: 'cancelled',
        reason: 'the run was cancelled',
        findings: 0,
      });
    const { verdict, reasons } = result.evidence.verdict;
    expect(verdict).toBe('error');
    expect(reasons.map(({ kind, message }) => `${kind}: ${message}`)).toContain(
      'cancelled: waits: the run was cancelled',
    );
    expect(documentIn(result.bundle.folder, 'summary.json')).toMatchObject({ verdict: 'error' });
    expect(processesWith(WORD)).toEqual([]);
  });

  it.each<[string, (event: ScanEvent) => boolean]>([
    ['before it began', () => true],
    ['while the source is read', (event) => event.type === 'snapshot' && event.state === 'started'],
    ['when the source was read', (event) => event.type === 'snapshot' && event.state === 'done'],
  ])('%s leaves a bundle that says so', async (name, when) => {
    const { done, exportDir } = await cancelled(when);
    const { evidence, bundle, exitCode } = await done;
    expect([evidence.verdict.verdict, exitCode]).toEqual(['error', 3]);
    for (const { status } of evidence.outcomes) expect(status).toBe('cancelled');
    const unread = [{ path: '.', reason: 'unreadable', detail: 'the run was cancelled' }];
    expect(evidence.snapshot.unread).toEqual(name === 'when the source was read' ? [] : unread);
    expect(await verifyBundle(bundle.folder)).toMatchObject({ verdict: 'error', problems: [] });
    expect(readdirSync(join(exportDir, '.incomplete'))).toEqual([]);
  });
});

/** A scan whose one step finds something, cancelled at a moment after that. */
async function cancelledAfter(when: (event: ScanEvent) => boolean, reason?: Error) {
  const { folder, source, exportDir } = smallSource();
  const catalog = await scriptedCatalog(folder, [{ id: 'sound', script: SOUND }]);
  const controller = new AbortController();
  const onEvent = (event: ScanEvent) => when(event) && controller.abort(reason);
  return scanWith(catalog, { source, exportDir, profile: 'scripted' }, { signal: controller.signal, onEvent });
}

const stepIsOver = (event: ScanEvent): boolean => event.type === 'step' && event.state === 'done';

describe('a run that is cancelled when its last step is over', () => {
  it.each([
    ['by the operator', undefined, 'the run was cancelled'],
    ['by its ceiling', new RunCeiling(3), 'the run reached its ceiling of 3 s'],
  ])('%s before the verdict leaves a bundle that says so, with what was found', async (_, reason, message) => {
    const result = await cancelledAfter(stepIsOver, reason);
    expect(result.exitCode).toBe(3);
    expect(outcomeOf(result, 'sound')).toMatchObject({ status: 'findings', findings: 1 });
    const reasons = expect.arrayContaining([{ kind: 'cancelled', message, remedy: 'Run again.' }]);
    expect(result.evidence.verdict).toMatchObject({ verdict: 'error', reasons });
    const summary = { verdict: 'error', cancelled: message, reasons };
    expect(documentIn(result.bundle.folder, 'summary.json')).toMatchObject(summary);
    expect(await verifyBundle(result.bundle.folder)).toMatchObject({ verdict: 'error', problems: [] });
  });

  it('after the verdict leaves a bundle whose verdict stands', async () => {
    const { verdict } = (await cancelledAfter(() => false)).evidence.verdict;
    expect(verdict).not.toBe('error');
    const result = await cancelledAfter((event) => event.type === 'verdict');
    expect(result.evidence.verdict.verdict).toBe(verdict);
    expect(documentIn(result.bundle.folder, 'summary.json')).not.toHaveProperty('cancelled');
    expect(await verifyBundle(result.bundle.folder)).toMatchObject({ verdict, problems: [] });
  });
});

describe('a run that breaks', () => {
  it('in one step ends the others before it gives up', async () => {
    const { folder, source, exportDir } = smallSource();
    const catalog = await scriptedCatalog(folder, [
      { id: 'waits', script: WAITS },
      { id: 'sound', script: SOUND },
    ]);
    const onEvent = (event: ScanEvent) => {
      if (event.type === 'step' && event.state === 'reading') throw new Error('the watcher broke');
    };
    const run = scanWith(catalog, { source, exportDir, profile: 'scripted', jobs: 2 }, { onEvent });
    await expect(run).rejects.toThrow('the watcher broke');
    expect(processesWith(WORD)).toEqual([]);
    nothingIn(exportDir);
  });
});

describe('the ceiling on the time of a run', () => {
  it('that is reached ends the steps, and its length is named', async () => {
    const { folder, source, exportDir } = smallSource();
    const catalog = await scriptedCatalog(folder, [
      { id: 'waits', script: WAITS },
      { id: 'sound', script: SOUND },
    ]);
    const result = await scanWith(catalog, { source, exportDir, profile: 'scripted', timeout: 3 });
    expect(outcomeOf(result, 'waits')).toMatchObject({
      status: 'cancelled',
      reason: 'the run reached its ceiling of 3 s',
    });
    expect(outcomeOf(result, 'sound')).toMatchObject({ status: 'findings', findings: 1 });
    expect(result.evidence.verdict).toMatchObject({ verdict: 'error' });
    expect(processesWith(WORD)).toEqual([]);
  });
});

describe('a limit that the policy wants enforced', () => {
  it('and that is only declared refuses the run before anything starts', async () => {
    const { folder, source, exportDir } = smallSource();
    const catalog = await scriptedCatalog(folder, [{ id: 'one', script: SOUND }]);
    const text = 'schemaVersion: 1\nname: strict\nsandbox: { embedded: none, mustEnforce: [net, syscalls] }\n';
    const policy = { file: 'policy.yaml', text };
    const events: ScanEvent[] = [];
    const run = scanWith(
      catalog,
      { source, exportDir, profile: 'scripted', policy, unsandboxed: true },
      { onEvent: (event) => events.push(event) },
    );
    await expect(run).rejects.toMatchObject({
      name: 'Refusal',
      problems: ['net', 'syscalls'].map((name) => ({
        message: `the policy demands that ${name} is enforced; here it is only declared`,
        remedy: expect.stringMatching(/doctor/),
      })),
    });
    expect(events).toEqual([]);
    if (existsSync(exportDir)) nothingIn(exportDir);
  });
});
