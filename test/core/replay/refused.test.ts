import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { generateKey } from '../../../src/core/lib/signing/keys.js';
import { fullyTrusted } from '../../../src/core/policy/trusted-keys.js';
import type { Replay } from '../../../src/core/replay.js';
import { scriptedCatalog } from '../../support/catalog.js';
import { temporaryFolder } from '../../support/scan.js';
import { finder, replayWith, type Scanned, scanned } from './support.js';

let sound: Scanned;
const SCRATCH = temporaryFolder();
beforeAll(async () => {
  sound = await scanned();
});

// Other test files make such folders at the same time, so this one has a place of its own for them.
vi.stubEnv('TMPDIR', mkdtempSync(join(SCRATCH, 't-')));
afterEach(() => {
  expect(readdirSync(tmpdir()).filter((name) => !name.startsWith('folder-'))).toEqual([]);
});

const copy = (folder: string): string => {
  const to = mkdtempSync(join(SCRATCH, 'c-'));
  cpSync(folder, to, { recursive: true });
  return to;
};

const messagesOf = (outcome: Replay): string[] =>
  outcome.result === 'not-replayable' ? outcome.reasons.map(({ message }) => message) : [outcome.result];

describe('a bundle that is not intact is not replayed', () => {
  it('with one byte changed, in any file', async () => {
    for (const path of ['findings.jsonl', 'inputs/plan.json', 'inputs/policy.json', 'summary.json', 'bundle.json']) {
      const bundle = copy(sound.bundle);
      const data = readFileSync(join(bundle, path));
      data[data.length >> 1] = (data[data.length >> 1] ?? 0) ^ 1;
      writeFileSync(join(bundle, path), data);
      const outcome = await replayWith(bundle, { source: sound.source }, sound.catalog);
      expect(outcome.result, path).toBe('not-intact');
    }
  });

  it('with a link in the place of a file', async () => {
    const bundle = copy(sound.bundle);
    rmSync(join(bundle, 'inputs/policy.json'));
    symlinkSync(join(sound.bundle, 'inputs/policy.json'), join(bundle, 'inputs/policy.json'));
    expect((await replayWith(bundle, { source: sound.source }, sound.catalog)).result).toBe('not-intact');
  });

  it('when a key is given and it is not signed by that', async () => {
    const keys = [fullyTrusted(generateKey('ed25519'), 'k')];
    expect((await sound.again({ keys })).result).toBe('not-intact');
  });
});

describe('what the operator gives is refused', () => {
  it.each<[string, () => object, RegExp]>([
    ['a source that is not there', () => ({ source: '/proc/none' }), /none/],
    [
      'a folder to keep the bundle that lies in the source',
      () => ({ keep: join(sound.source, 'x') }),
      /lies in the source/,
    ],
    ['the folder that the bundle is in', () => ({ keep: join(sound.folder, 'out') }), /--keep is the folder/],
    ['the bundle itself', () => ({ keep: sound.bundle }), /--keep is the folder/],
    [
      'a policy in the tree under scan',
      () => ({ policy: { file: join(sound.source, 'a.txt'), text: 'x' } }),
      /--policy lies in the tree under scan/,
    ],
    ['a key in the tree', () => ({ keyPaths: [join(sound.source, 'a.txt')] }), /--key lies in the tree under scan/],
    [
      'a policy that does not hold',
      () => ({ policy: { file: 'p.yaml', text: 'schemaVersion: 2' } }),
      /p\.yaml.*schemaVersion/,
    ],
  ])('%s', async (_, more, message) => {
    const outcome = sound.again(more()).then((done) => {
      throw new Error(messagesOf(done).join());
    });
    await expect(outcome).rejects.toThrow(message);
  });
});

describe('a run that cannot be repeated is explained in one line:', () => {
  it('a finding was added to the tree', async () => {
    const source = copy(sound.source);
    writeFileSync(join(source, 'c.txt'), 'bad\n');
    const outcome = await sound.again({ source });
    expect(messagesOf(outcome)).toEqual([
      expect.stringMatching(
        new RegExp(`^the source is commit ${sound.commit} with changes .* the bundle is about commit ${sound.commit} `),
      ),
    ]);
    expect(Object(outcome).reasons[0].remedy).toBe(`Give that commit of a clone: --source FOLDER#${sound.commit}`);
  });

  it('the lock of a tool changed', async () => {
    const changed = finder();
    const other = await scriptedCatalog(mkdtempSync(join(SCRATCH, 'w-')), [
      { ...changed, script: `${changed.script}\n` },
    ]);
    expect(messagesOf(await sound.again({}, other))).toEqual([
      expect.stringMatching(/^tool finder: digest \(its lock\) was "[0-9a-f]{64}", is "[0-9a-f]{64}"$/),
    ]);
  });

  it('the file of a tool changed', async () => {
    const other = await scriptedCatalog(mkdtempSync(join(SCRATCH, 'w-')), [
      finder({ tool: { description: 'Other.' } }),
    ]);
    expect(messagesOf(await sound.again({}, other))).toEqual([
      expect.stringMatching(/^tool finder: definition \(its tool file\) was /),
    ]);
  });

  it('a tool was taken out of the profile, and one is not known any more', async () => {
    const wider = await scanned({}, [finder(), finder({ id: 'other' })]);
    expect(messagesOf(await wider.again({}, sound.catalog))).toContain('tool other: removed');
    const tools = new Map([...sound.catalog.tools].filter(([id]) => id !== 'finder'));
    expect(messagesOf(await sound.again({}, { ...sound.catalog, tools }))).toEqual([
      expect.stringMatching(/unknown tool `finder`/),
    ]);
  });

  it('the ruleset or the profile changed', async () => {
    const rulesetDigest = '0'.repeat(64);
    expect(messagesOf(await sound.again({}, { ...sound.catalog, rulesetDigest }))).toEqual([
      expect.stringMatching(/^plan: rulesetDigest was "[0-9a-f]{64}", is "0{64}"$/),
    ]);
  });

  it('another policy is given', async () => {
    const policy = {
      file: join(SCRATCH, 'policy.yaml'),
      text: 'schemaVersion: 1\nname: built-in default\nbudgets: { overall: { critical: 0, high: 5 } }\n',
    };
    const messages = messagesOf(await sound.again({ policy }));
    expect(messages).toContain('policy: budgets.overall.high was 0, is 5');
    expect(messages.every((line) => line.startsWith('policy: '))).toBe(true);
  });

  it('the bundle that it was compared with is not given, or another one', async () => {
    const baseline = copy(sound.bundle);
    const compared = await scanned({ baseline });
    expect(messagesOf(await compared.again())).toEqual([
      expect.stringMatching(/^the run was compared with the bundle/),
    ]);
    expect(messagesOf(await compared.again({ baseline: compared.bundle }))).toHaveLength(1);
    expect(messagesOf(await compared.again({ baseline }))).toEqual(['agrees']);
  });

  it('its policy takes a weaker sandbox than the built-in one, and nobody stands for it', async () => {
    const text = 'schemaVersion: 1\nname: weak\nsandbox: { embedded: none }\n';
    const policy = { file: join(SCRATCH, 'weak.yaml'), text };
    const weak = await scanned({ policy });
    expect(messagesOf(await weak.again())).toEqual([
      'the policy in the bundle takes a weak sandbox (sandbox.embedded)',
    ]);
    expect(messagesOf(await weak.again({ policy }))).toEqual(['agrees']);
  });
});

it('a cancelled replay says nothing about the bundle, and leaves nothing', async () => {
  const controller = new AbortController();
  controller.abort();
  await expect(replayWith(sound.bundle, { source: sound.source }, sound.catalog, controller.signal)).rejects.toThrow(
    /cancelled/,
  );
  const later = new AbortController();
  const work = replayWith(sound.bundle, { source: sound.source }, sound.catalog, later.signal, ({ type }) => {
    if (type === 'step') later.abort();
  });
  await expect(work).rejects.toThrow('the replay was cancelled; nothing is said about the bundle');
});
