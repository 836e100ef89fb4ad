import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Fault, Refusal } from '../../../src/core/lib/errors.js';
import { generateKey } from '../../../src/core/lib/signing/keys.js';
import type { MergeRequest } from '../../../src/core/merge.js';
import type { ScanEvent } from '../../../src/core/run.js';
import type { ScanRequest } from '../../../src/core/scan-request.js';
import { verifyBundle } from '../../../src/core/verify/verify.js';
import { settings } from './settings.js';
import { copyOf, forge, mergeWith, shardOf, shardsOf } from './support.js';

const { catalog, setting } = await settings();

const said = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof Refusal ? error.message : `no refusal: ${error}`),
  );

describe('scan --shard refuses what a shard does not have', () => {
  it.each<[Partial<ScanRequest>, RegExp]>([
    [{ baseline: 'HEAD' }, /--baseline: a shard is compared with no ref/],
    [{ bundleId: 'x' }, /--bundle-id/],
    [{ replace: true }, /--replace/],
    [{ exitZero: true }, /--exit-zero/],
  ])('%j', async (more, message) => {
    const { request } = setting();
    expect(await said(shardOf(catalog, { ...request, ...more }, 1, 2))).toMatch(message);
    expect(readdirSync(join(request.source, '..'))).toEqual(['source']);
  });

  it('a source that was cancelled over', async () => {
    const { request } = setting();
    const controller = new AbortController();
    const onEvent = () => controller.abort();
    const done = shardOf(catalog, request, 1, 2, { signal: controller.signal, onEvent });
    await expect(done).rejects.toThrow(Fault);
    expect(readdirSync(request.exportDir)).toEqual(['.incomplete']);
  });

  it('a run that was cancelled when its steps were over', async () => {
    const { request } = setting();
    const controller = new AbortController();
    const open = new Set<string>();
    const onEvent = (event: ScanEvent) => {
      if (event.type !== 'step') return;
      if (event.state === 'queued') open.add(event.step);
      if (event.state === 'done' && open.delete(event.step) && open.size === 0) controller.abort();
    };
    const done = shardOf(catalog, request, 1, 1, { signal: controller.signal, onEvent });
    await expect(done).rejects.toThrow('cancelled after the last step; no shard was left');
    expect(readdirSync(request.exportDir)).toEqual(['.incomplete']);
  });
});

describe('merge refuses shards that are not the whole of one scan', () => {
  let shards: string[] = [];
  let request: ScanRequest;
  let folder = '';
  beforeAll(async () => {
    ({ request, folder } = setting());
    shards = await shardsOf(catalog, request, 3);
  });
  const mergeOf = (names: string[], more: Partial<MergeRequest> = {}) =>
    said(mergeWith(catalog, { shards: names, exportDir: join(folder, 'out'), profile: 'scripted', ...more }));
  const at = (index: number): string => shards[index] ?? '';

  it('when there is none', async () => expect(await mergeOf([])).toMatch(/name the folders of all shards/));

  it('when one is missing', async () => {
    expect(await mergeOf([at(0), at(2)])).toBe('shard 2/3 is missing');
    expect(await mergeOf([at(1)])).toBe('shard 1/3 is missing\nshard 3/3 is missing');
  });

  it('when one is there twice', async () => {
    expect(await mergeOf([at(0), at(1), at(1), at(2)])).toContain(`${at(1)}: is shard 2/3, as is ${at(1)}`);
    const again = await shardOf(catalog, request, 2, 3);
    expect(await mergeOf([...shards, again.folder])).toMatch(/is shard 2\/3, as is/);
  });

  it('when one is of another division', async () => {
    const other = await shardOf(catalog, request, 2, 2);
    expect(await mergeOf([at(0), other.folder, at(2)])).toMatch(/is shard 2\/2, .* is one of 3/);
  });

  it('when one is of another source', async () => {
    writeFileSync(join(request.source, 'new.txt'), 'BAD\n');
    const other = await shardOf(catalog, request, 2, 3);
    expect(await mergeOf([at(0), other.folder, at(2)])).toContain(`${other.folder}: is about another source`);
  });

  it('when one was made by other options, and says by which', async () => {
    const other = await shardOf(catalog, { ...request, failOn: { low: 0 } }, 2, 3);
    const message = await mergeOf([at(0), other.folder, at(2)]);
    expect(message).toContain(`${other.folder}: was made by another plan`);
    expect(message).toMatch(/plan: budgets\.overall\.low was 0, is absent/);
  });

  it('when the operator gives other options than all were made with', async () => {
    const message = await mergeOf(shards, { narrowing: { skipTools: ['by-tree'] } });
    for (const shard of shards) expect(message).toContain(`${shard}: was made by another plan`);
    expect(message).toMatch(/tool by-tree: removed/);
  });

  it('when a document of the operator, or the export folder, lies in a shard', async () => {
    writeFileSync(join(folder, 'policy.yaml'), 'schemaVersion: 1\nname: p\n');
    const policy = { file: join(at(1), 'policy.yaml'), text: 'schemaVersion: 1\nname: p\n' };
    expect(await mergeOf(shards, { policy })).toMatch(/--policy lies in the shard/);
    expect(await mergeOf(shards, { exportDir: join(at(1), 'out') })).toMatch(/--export-dir lies in the shard/);
  });

  it('when rules of a commit are wanted, and no source is named', async () => {
    expect(await mergeOf(shards, { policyFrom: 'HEAD' })).toMatch(/--policy-from: its rules are in the source/);
  });

  it('when it is to compare with a ref', async () => {
    expect(await mergeOf(shards, { baseline: 'HEAD' })).toMatch(/--baseline: shards are compared with no ref/);
  });

  it('and is cancelled without a bundle', async () => {
    const controller = new AbortController();
    controller.abort();
    const asked = { shards, exportDir: join(folder, 'cancelled'), profile: 'scripted' };
    await expect(mergeWith(catalog, asked, { signal: controller.signal })).rejects.toThrow(/no bundle was made/);
    expect(readdirSync(asked.exportDir)).toEqual(['.incomplete']);
  });
});

describe('merge with keys', () => {
  it('takes shards that one of them signed, and no others', async () => {
    const { request, out } = setting();
    const [own, other] = [generateKey('ed25519'), generateKey('ed25519')];
    const shards = await shardsOf(catalog, { ...request, signKeys: [own] }, 2);
    const asked = { shards, exportDir: out, profile: 'scripted' };
    expect(await said(mergeWith(catalog, { ...asked, shardKeys: [other] }))).toMatch(/is signed by none of the keys/);
    const forged = shards.map((shard, i) => copyOf(shard, `${out}-${i}`));
    forge(forged[1] ?? '', 'steps/by-file/findings.jsonl', '');
    expect(await said(mergeWith(catalog, { ...asked, shards: forged, shardKeys: [own] }))).toMatch(/is signed by none/);
    const merged = await mergeWith(catalog, { ...asked, shardKeys: [other, own] });
    expect(await verifyBundle(merged.bundle.folder)).toMatchObject({ intact: true });
  });

  it('takes no shard without a signature', async () => {
    const { request, out } = setting();
    const shards = await shardsOf(catalog, request, 1);
    const asked = { shards, exportDir: out, profile: 'scripted', shardKeys: [generateKey('ed25519')] };
    expect(await said(mergeWith(catalog, asked))).toMatch(/is signed by none of the keys/);
  });
});

describe('a shard is no bundle', () => {
  it('and never verified as one', async () => {
    const { request } = setting();
    const { folder } = await shardOf(catalog, request, 1, 1);
    const { intact, verdict } = await verifyBundle(folder);
    expect({ intact, verdict }).toEqual({ intact: false, verdict: null });
  });
});
