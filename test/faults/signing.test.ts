import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ScanEvent } from '../../src/core/run.js';
import { identity, keylessBundles } from '../core/verify/keyless-bundles.js';
import { problemsUnder } from '../core/verify/support.js';
import { answers } from '../support/sigstore.js';

const { fake, trusting, scanning } = await keylessBundles();

describe('a scan whose signature fails', () => {
  it('runs no step when there is no certificate to be had', async () => {
    fake.failures.set('fulcio', [answers(403, '{"message":"no such issuer"}')]);
    const { exportDir, run } = await scanning();
    await expect(run()).rejects.toThrow(/cannot sign: Fulcio .*403: no such issuer/);
    expect(readdirSync(exportDir)).toEqual(['.incomplete']);
  });

  it('publishes nothing, and loses nothing of what it found', async () => {
    fake.failures.set('rekor', [answers(500)]);
    const { exportDir, run } = await scanning();
    const error = await run().catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(/no bundle is published.*is kept in .*\.unsigned\/.*: cannot sign: Rekor .*500/);
    expect(readdirSync(exportDir).sort()).toEqual(['.incomplete', '.unsigned']);
    const [id = ''] = readdirSync(join(exportDir, '.unsigned'));
    expect(readFileSync(join(exportDir, '.unsigned', id, 'findings.jsonl'), 'utf8')).toContain('"tool":"sound"');
    // It does not pass for signed, nor for an unsigned bundle.
    expect(await problemsUnder(join(exportDir, '.unsigned', id), {})).toMatch(/lacks the signature/);
  });

  it('because it is cancelled waits for no service', async () => {
    const controller = new AbortController();
    fake.failures.set('rekor', [() => controller.abort()]);
    const { exportDir, run } = await scanning();
    await expect(run({ signal: controller.signal })).rejects.toThrow(/is kept in .*: cannot sign: Rekor .*cancelled/);
    expect(readdirSync(exportDir).sort()).toEqual(['.incomplete', '.unsigned']);
  });
});

/** A scan that is cancelled at a moment. */
async function cancelledAt(when: (event: ScanEvent) => boolean) {
  const controller = new AbortController();
  const { exportDir, run } = await scanning();
  const onEvent = (event: ScanEvent) => when(event) && controller.abort();
  return { exportDir, done: run({ signal: controller.signal, onEvent }) };
}

it.each<[string, (event: ScanEvent) => boolean]>([
  ['during a step', (event) => event.type === 'step' && event.state === 'running'],
  ['after its last step', (event) => event.type === 'step' && event.state === 'done'],
])('a scan that is cancelled %s is signed all the same, as an error', async (_, when) => {
  const { done } = await cancelledAt(when);
  const { bundle, exitCode } = await done;
  expect(exitCode).toBe(3);
  expect(await problemsUnder(bundle.folder, await trusting([identity()]))).toBe('');
});

it('a scan that is cancelled after its verdict is not signed by a service, and not published', async () => {
  const { exportDir, done } = await cancelledAt((event) => event.type === 'verdict');
  await expect(done).rejects.toThrow(/no bundle is published.*is kept in .*\.unsigned\//);
  expect(readdirSync(exportDir).sort()).toEqual(['.incomplete', '.unsigned']);
});
