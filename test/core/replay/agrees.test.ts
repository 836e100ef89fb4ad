import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Replay } from '../../../src/core/replay.js';
import { scriptedCatalog } from '../../support/catalog.js';
import { commitAll } from '../../support/cli.js';
import { findingLine, leaves, reportText } from '../../support/reports.js';
import { scanWith, temporaryFolder } from '../../support/scan.js';
import { freshFolder, retireList, take } from '../advisories/data.js';
import { finder, replayWith, type Scanned, scanned } from './support.js';

const SCRATCH = temporaryFolder();
const AGREES: Replay = { result: 'agrees', verdict: 'fail', replayed: 'fail', differences: [], notes: [] };

const git = (folder: string, ...args: string[]) =>
  execFileSync('git', args, { cwd: folder, env: { PATH: '/usr/bin:/bin', GIT_CONFIG_GLOBAL: '/dev/null' } });

let sound: Scanned;
beforeAll(async () => {
  sound = await scanned();
});

describe('a replay agrees', () => {
  it('on the commit of a clone at another place, with other files about, and leaves the bundle as it was', async () => {
    const clone = join(mkdtempSync(join(SCRATCH, 'c-')), 'else', 'where');
    git('/', 'clone', '--quiet', sound.source, clone);
    const before = readdirSync(join(sound.bundle, 'runs'));
    expect(await sound.again({ source: clone })).toEqual(AGREES);
    writeFileSync(join(clone, 'a.txt'), 'changed\n');
    expect(await sound.again({ source: `${clone}#${sound.commit}` })).toEqual(AGREES);
    expect(readdirSync(join(sound.bundle, 'runs'))).toEqual(before);
  });

  it('and says what lies beside the source, where evidence counts that', async () => {
    const clone = join(mkdtempSync(join(SCRATCH, 'c-')), 'clone');
    git('/', 'clone', '--quiet', sound.source, clone);
    writeFileSync(join(clone, 'ignored'), 'x');
    expect(await sound.again({ source: clone })).toEqual({ ...AGREES, notes: ['ignored was 0, is 1'] });
  });

  it('when bundles lie in the source, as they do where nothing else is said', async () => {
    const source = mkdtempSync(join(SCRATCH, 's-'));
    cpSync(sound.source, source, { recursive: true });
    const exportDir = join(source, 'security-results');
    const { bundle } = await scanWith(sound.catalog, { source, exportDir, profile: 'scripted' });
    const before = readdirSync(exportDir, { recursive: true });
    expect(await replayWith(bundle.folder, { source }, sound.catalog)).toEqual(AGREES);
    expect(readdirSync(exportDir, { recursive: true })).toEqual(before);
  });

  it('under manifest, policy, narrowing, --fail-on and --timeout, from the bundle alone', async () => {
    const manifest = {
      product: 'p',
      version: '1',
      owners: [],
      profiles: [
        {
          name: 'scripted',
          tools: [{ id: 'other', config: { b: 1, a: 2 } }, 'finder'],
          thresholds: { medium: 4 },
          notify: { webhooks: ['https://hooks.example.org/SECRET'] },
          bundle: { runtimeCeilingMinutes: 9 },
        },
      ],
      annotations: { where: 'https://example.org/path?token=abcdef' },
    };
    const policy = {
      schemaVersion: 1,
      name: 'of a test',
      ceilings: { default: { memory: '1GiB', wall: '90s' } },
      budgets: { overall: { high: 9 } },
      incomplete: { unread: 'note' },
    };
    const made = await scanned(
      {
        manifest: { file: 'm.json', text: JSON.stringify(manifest) },
        policy: { file: '/proc/none/p.json', text: JSON.stringify(policy) },
        narrowing: { skipTools: ['other'], exclude: ['b.txt'] },
        failOn: { high: 0, low: 7 },
        timeout: 300,
        jobs: 1,
      },
      [finder(), finder({ id: 'other' })],
    );
    expect(await made.again()).toEqual(AGREES);
  });

  it('with the commit that the ref of the baseline named then', async () => {
    const made = await scanned();
    git(made.source, 'branch', 'base');
    writeFileSync(join(made.source, 'c.txt'), 'bad\n');
    commitAll(made.source);
    const exportDir = join(made.folder, 'out');
    const request = { source: made.source, exportDir, profile: 'scripted', baseline: 'base' };
    const { bundle } = await scanWith(made.catalog, request);
    git(made.source, 'branch', '--force', 'base', 'main');
    expect(await replayWith(bundle.folder, { source: made.source }, made.catalog)).toEqual(AGREES);
  });

  it('with the advisory packs of the run, on its day, when newer ones are in use', async () => {
    const store = freshFolder();
    const list = (more: object) => {
      const path = join(freshFolder(), 'jsrepository.json');
      writeFileSync(path, JSON.stringify({ ...retireList, ...more }));
      return path;
    };
    const old = await take(store, 'retire', list({}), { date: '2026-01-01' });
    const tools = [finder({ tool: { advisories: 'retire' } })];
    const catalog = { ...(await scriptedCatalog(mkdtempSync(join(SCRATCH, 'w-')), tools)), advisories: store };
    const request = { source: sound.source, exportDir: join(SCRATCH, 'advised'), profile: 'scripted' };
    const { bundle, evidence } = await scanWith(catalog, { ...request, asOf: '2026-01-05' });
    expect(evidence.plan.steps[0]?.advisories?.packs[0]?.digest).toBe(old.digest);
    await take(store, 'retire', list({ other: retireList['jquery' as never] ?? {} }), { date: '2026-08-01' });
    const { result } = await replayWith(bundle.folder, { source: sound.source }, catalog);
    expect(result).toBe('agrees');
    const empty = { ...catalog, advisories: freshFolder() };
    expect(await replayWith(bundle.folder, { source: sound.source }, empty)).toMatchObject({
      result: 'not-replayable',
      reasons: [{ message: expect.stringContaining(`the pack ${old.digest} is not in the store`) }],
    });
  });

  it('and keeps its own bundle where the operator says so', async () => {
    const keep = join(SCRATCH, 'kept');
    expect(await sound.again({ keep })).toEqual(AGREES);
    expect(existsSync(join(keep, 'latest', 'bundle.json'))).toBe(true);
  });
});

describe('a replay differs', () => {
  it('when a tool says something else each time, and tells which finding', async () => {
    const report = reportText([findingLine({ message: 'MESSAGE' })]);
    const moody = leaves(report).replace('MESSAGE', `' + process.hrtime.bigint() + '`.replaceAll("'", '"'));
    const made = await scanned({}, [{ id: 'moody', script: moody }]);
    const outcome = await made.again();
    expect(outcome).toMatchObject({
      result: 'differs',
      verdict: 'fail',
      replayed: 'fail',
      differences: [
        { kind: 'finding', tool: 'moody', text: 'a.txt:1 moody R1 (high): other message than in the bundle' },
        {
          kind: 'document',
          text: 'rendered from these, so not the same either: reports/sast/moody.sarif.json, results.sarif, results.upload.sarif',
        },
      ],
    });
  });
});
