import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../src/core/lib/canonical.js';
import { generateKey } from '../../../src/core/lib/signing/keys.js';
import type { ScanResult } from '../../../src/core/scan.js';
import type { ScanRequest } from '../../../src/core/scan-request.js';
import { verifyBundle } from '../../../src/core/verify/verify.js';
import { documentIn } from '../../support/bundle.js';
import { outcomeOf } from '../../support/faults.js';
import { scanWith } from '../../support/scan.js';
import { signedBy, unsigned } from '../waivers/support.js';
import { settings, TREE } from './settings.js';
import { evidenceIn, mergeWith, shardOf, shardsOf } from './support.js';

const { catalog, setting } = await settings();

/** The bundle of one run, and that of shards, by the same options. */
async function both(tree: Record<string, string>, of: number, more: Partial<ScanRequest> = {}) {
  const { request, folder, out } = setting(tree);
  const whole = await scanWith(catalog, { ...request, ...more, exportDir: join(folder, 'whole') });
  const shards = await shardsOf(catalog, { ...request, ...more }, of);
  const merged = await mergeWith(catalog, { ...more, profile: 'scripted', shards: shards.reverse(), exportDir: out });
  return { whole, merged };
}

function expectSame(whole: ScanResult, merged: ScanResult): void {
  expect(merged.exitCode).toBe(whole.exitCode);
  expect(merged.bundle.id).toBe(whole.bundle.id);
  expect(evidenceIn(merged.bundle.folder)).toEqual(evidenceIn(whole.bundle.folder));
}

describe('merge gives what one run gives, byte for byte', () => {
  it('where a tool fails on a file of one part', async () => {
    const { whole, merged } = await both({ ...TREE, 'x.txt': 'CRASH\n' }, 2);
    expect(outcomeOf(merged, 'by-file')).toMatchObject({ status: 'error', findings: 0, files: 6 });
    expect(merged.evidence.verdict.verdict).toBe('error');
    expectSame(whole, merged);
  });

  it('where files of several parts are unread', async () => {
    const { whole, merged } = await both(
      { ...TREE, 'b.txt': 'ODD\n', 'z.txt': 'BAD\nODD\n', 'a-b': 'ODD', 'a/b': 'ODD' },
      4,
    );
    expect(outcomeOf(merged, 'by-file').unread).toHaveLength(4);
    expect(merged.evidence.verdict.verdict).toBe('error');
    expectSame(whole, merged);
  });

  it('where there are more parts than files', async () => {
    const { whole, merged } = await both({ 'a.txt': 'BAD\n' }, 3);
    expectSame(whole, merged);
  });

  it('with a baseline bundle, a policy, tools left out and paths excluded', async () => {
    const before = setting({ 'a.txt': 'BAD\n', 'b.txt': 'POOR\n' });
    const { bundle } = await scanWith(catalog, { ...before.request, exportDir: before.out });
    const policy = {
      file: join(before.folder, 'p.yaml'),
      text: 'schemaVersion: 1\nname: own\nbudgets: { overall: { low: 0 } }\n',
    };
    writeFileSync(policy.file, policy.text);
    const narrowing = { skipTools: ['idle'], exclude: ['e/**'] };
    const { whole, merged } = await both(TREE, 2, { baseline: bundle.folder, policy, narrowing });
    expect(merged.evidence.tally).toMatchObject({ known: 4 });
    expectSame(whole, merged);
  });

  it('with waivers', async () => {
    const author = generateKey('ed25519');
    const publicKey = author.public.export({ type: 'spki', format: 'pem' }).toString();
    const trust = { keys: [{ name: 'Ann', roles: ['waive'], publicKey }] };
    const policy = { file: 'policy.yaml', text: JSON.stringify({ schemaVersion: 1, name: 'p', trust }) };
    const rule = { tool: 'by-file', rule: 'R1', path: 'e/**' };
    const list = [signedBy(unsigned({ id: 'w', rule }), ['waive', author])];
    const waivers = { file: 'waivers.yaml', text: JSON.stringify({ schemaVersion: 1, waivers: list }) };
    const { whole, merged } = await both(TREE, 2, { policy, waivers, asOf: '2026-06-15' });
    expect(merged.evidence.tally.waived).toBe(1);
    expectSame(whole, merged);
  });

  it('with rules of a commit', async () => {
    const { source, request, folder, out } = setting({
      ...TREE,
      '.security-scan/policy.yaml': 'schemaVersion: 1\nname: repository\nbudgets: { overall: { low: 0 } }\n',
    });
    const more = { policyFrom: 'HEAD' };
    const whole = await scanWith(catalog, { ...request, ...more, exportDir: join(folder, 'whole') });
    const shards = await shardsOf(catalog, { ...request, ...more }, 2);
    const merged = await mergeWith(catalog, { ...more, source, profile: 'scripted', shards, exportDir: out });
    expect(merged.evidence.plan.policy.name).toBe('repository');
    expectSame(whole, merged);
  });

  it('and adds its run to the bundle that stands there', async () => {
    const { request, out } = setting();
    const whole = await scanWith(catalog, { ...request, exportDir: out });
    const shards = await shardsOf(catalog, request, 2);
    const merged = await mergeWith(catalog, { profile: 'scripted', shards, exportDir: out });
    expect(merged.bundle).toMatchObject({ folder: whole.bundle.folder, how: 'added' });
    expect(readdirSync(join(whole.bundle.folder, 'runs'))).toHaveLength(2);
    expect(await verifyBundle(merged.bundle.folder)).toMatchObject({ intact: true });
  });
});

describe('a shard that was cancelled in a step', () => {
  it('is merged into an error', async () => {
    const { request, out } = setting({ ...TREE, 'w.txt': 'WAIT\n' });
    const shards: string[] = [];
    for (const index of [1, 2]) {
      const controller = new AbortController();
      const onEvent = (event: { type: string; step?: string; state?: string }) => {
        if (event.type === 'step' && event.step === 'by-file' && event.state === 'running') controller.abort();
      };
      // One of them waits for ever; the other may be over before it is told.
      shards.push((await shardOf(catalog, request, index, 2, { signal: controller.signal, onEvent })).folder);
    }
    const merged = await mergeWith(catalog, { profile: 'scripted', shards, exportDir: out });
    expect(outcomeOf(merged, 'by-file')).toMatchObject({ status: 'cancelled', files: 6, findings: 0 });
    expect(merged.exitCode).toBe(3);
    expect(await verifyBundle(merged.bundle.folder)).toMatchObject({ intact: true, verdict: 'error' });
  });
});

describe('the record of a merge', () => {
  it('names the run of each shard, and verify holds its log', async () => {
    const { request, out } = setting();
    const shards = await shardsOf(catalog, request, 2);
    const { bundle } = await mergeWith(catalog, { profile: 'scripted', shards, exportDir: out });
    const [run = ''] = readdirSync(join(bundle.folder, 'runs'));
    const { predicate } = documentIn(bundle.folder, `runs/${run}/run.intoto.json`) as {
      predicate: { shards: { shard: number; run: string; sandbox: { level: string } }[]; sandbox: { level: string } };
    };
    expect(predicate.shards.map(({ shard }) => shard)).toEqual([1, 2]);
    expect(predicate.sandbox.level).toBe(predicate.shards[0]?.sandbox.level);
    expect(await verifyBundle(bundle.folder)).toMatchObject({ intact: true });
    writeFileSync(join(bundle.folder, `runs/${run}/shards/2/audit.jsonl`), '');
    const { problems } = await verifyBundle(bundle.folder);
    expect(problems.map(({ reason }) => reason).join('\n')).toMatch(/does not end in the entry/);
  });

  it('is held by verify against a better sandbox, and against a shard that is left out', async () => {
    const { request, out } = setting();
    const shards = await shardsOf(catalog, request, 2);
    const { bundle } = await mergeWith(catalog, { profile: 'scripted', shards, exportDir: out });
    const [run = ''] = readdirSync(join(bundle.folder, 'runs'));
    const path = `runs/${run}/run.intoto.json`;
    const statement = documentIn(bundle.folder, path) as { predicate: { shards: object[] } };
    const { predicate } = statement;
    const reasonsWith = async (change: object) => {
      const changed = canonicalJson({ ...statement, predicate: { ...predicate, ...change } });
      writeFileSync(join(bundle.folder, path), changed);
      return (await verifyBundle(bundle.folder)).problems.map(({ reason }) => reason).join('\n');
    };
    expect(await reasonsWith({})).toBe('');
    expect(await reasonsWith({ shards: predicate.shards.slice(1) })).toMatch(/does not name every shard once/);
    expect(await reasonsWith({ shards: [] })).toMatch(/out of form/);
    const weak = predicate.shards.map((shard) => ({ ...shard, sandbox: { level: 'none' } }));
    expect(await reasonsWith({ shards: weak })).toMatch(/a shard had `none`/);
  });
});
