import { cpSync, mkdirSync, readdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { cli, commitAll } from '../support/cli.js';
import { temporaryFolder } from '../support/scan.js';

const FOLDER = temporaryFolder();
const source = join(FOLDER, 'source');
const out = join(FOLDER, 'out');
const TEMPORARY = join(FOLDER, 'tmp');
const bundle = join(out, 'latest');
const BIN = join(process.cwd(), 'bin', 'security-scan.js');

beforeAll(async () => {
  mkdirSync(source);
  mkdirSync(TEMPORARY);
  writeFileSync(join(source, 'a.py'), 'import subprocess\nsubprocess.call(input(), shell=True)\n');
  commitAll(source);
  await cli([source, '--export-dir', out, '--profile', 'smoke']);
});

const replay = (args: string[], options: Parameters<typeof cli>[1] = {}) =>
  cli(['replay', bundle, '--source', source, ...args], { ...options, env: { TMPDIR: TEMPORARY, ...options.env } });

describe('security-scan replay refuses, with exit code 2,', () => {
  it.each<[string, string[], RegExp]>([
    ['to run without a source', ['replay', bundle], /required option '--source <source>'/],
    ['a folder without bundles', ['replay', source, '--source', source], /holds no bundle/],
    ['a source that is not there', ['replay', bundle, '--source', '/proc/none'], /none/],
    ['a key that is none', ['replay', bundle, '--source', source, '--key', '/proc/none'], /none/],
    ['to keep its bundle in the source', ['replay', bundle, '--source', source, '--keep', join(source, 'k')], /--keep/],
  ])('%s', async (_, args, message) => {
    const { exitCode, stderr } = await cli(args);
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(message)]);
  });

  it('to choose among several bundles', async () => {
    const several = join(FOLDER, 'several');
    for (const name of ['a', 'b']) cpSync(realpathSync(bundle), join(several, name), { recursive: true });
    const { exitCode, stderr } = await cli(['replay', several, '--source', source]);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('holds 2 bundles')]);
  });
});

/** Whether every user may look into a folder. */
const openToAll = (path: string): boolean =>
  (statSync(path).mode & 0o005) === 0o005 && (path === '/' || openToAll(dirname(path)));

describe('security-scan replay', () => {
  it('ends with 0 where it agrees, under another time zone, locale, folder and number of jobs, and leaves nothing', async () => {
    const env = { TZ: 'Asia/Kathmandu', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' };
    const { exitCode, stdout } = await replay(['--jobs', '1', '--quiet'], { cwd: '/', env });
    expect([exitCode, stdout]).toEqual([0, `${bundle}: the replay agrees, verdict fail`]);
    expect(readdirSync(TEMPORARY)).toEqual([]);
    const { stdout: json } = await replay(['--json', '--quiet']);
    expect(JSON.parse(json)).toEqual({
      result: 'agrees',
      verdict: 'fail',
      replayed: 'fail',
      differences: [],
      notes: [],
    });
  });

  it('ends with 3, names file and reason, and runs nothing, where the bundle is not intact', async () => {
    const damaged = join(FOLDER, 'damaged');
    cpSync(realpathSync(bundle), damaged, { recursive: true });
    const text = readFileSync(join(damaged, 'findings.jsonl'), 'utf8');
    writeFileSync(join(damaged, 'findings.jsonl'), text.replace('"high"', '"none"'));
    const { exitCode, stdout, stderr } = await cli(['replay', damaged, '--source', source]);
    expect([exitCode, stdout]).toEqual([
      3,
      expect.stringMatching(/NOT INTACT, so it is not compared\n[\s\S]* {2}findings\.jsonl: has another SHA-256/),
    ]);
    expect(stderr).toBe('');
  });

  it('ends with 3 and one line where a finding was added to the tree', async () => {
    const other = join(FOLDER, 'other');
    cpSync(source, other, { recursive: true });
    writeFileSync(join(other, 'b.py'), 'eval(input())\n');
    const { exitCode, stdout } = await cli(['replay', bundle, '--source', other, '--quiet']);
    const lines = stdout.split('\n');
    expect(exitCode).toBe(3);
    expect(lines).toEqual([
      `${bundle}: CANNOT BE REPLAYED here; its verdict fail is not confirmed`,
      expect.stringMatching(
        /^ {2}the source is commit [0-9a-f]{40} with changes \(tree [0-9a-f]{64}\), the bundle is about/,
      ),
      expect.stringMatching(/^ {4}Give that commit of a clone: --source FOLDER#[0-9a-f]{40}$/),
    ]);
  });

  it('ends with 130 when it is interrupted, and leaves nothing', async () => {
    const child = execa(process.execPath, [BIN, 'replay', bundle, '--source', source], {
      reject: false,
      env: { NO_COLOR: '1', TMPDIR: TEMPORARY },
    });
    // The sandbox is open and the source is being read.
    child.stderr.once('data', () => child.kill('SIGINT'));
    const { exitCode, stdout, stderr } = await child;
    expect([exitCode, stdout]).toEqual([130, '']);
    expect(stderr).toMatch(/cancelled/);
    expect(readdirSync(TEMPORARY)).toEqual([]);
  });

  const reached = openToAll(dirname(realpathSync(process.execPath))) && openToAll(dirname(BIN));
  const why = 'skipped: only root can become another, who must reach Node and this folder';
  it.skipIf(process.getuid?.() !== 0 || !reached)(`agrees as another user (${why})`, async () => {
    const place = join(FOLDER, 'theirs');
    cpSync(source, join(place, 'source'), { recursive: true });
    cpSync(realpathSync(bundle), join(place, 'bundle'), { recursive: true });
    mkdirSync(join(place, 'tmp'));
    const user = ['--reuid', '1001', '--regid', '1001', '--clear-groups', '--'];
    await execa('chown', ['-R', '1001:1001', place]);
    await execa('chmod', ['755', FOLDER]);
    const args = ['replay', join(place, 'bundle'), '--source', join(place, 'source'), '--quiet'];
    const { exitCode, stdout } = await execa('setpriv', [...user, process.execPath, BIN, ...args], {
      reject: false,
      env: { HOME: place, TMPDIR: join(place, 'tmp') },
    });
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('the replay agrees, verdict fail')]);
  });
});
