import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Job, JobResult } from '../../../../src/core/lib/sandbox/job.js';
import { type Case, type JobOptions, MIB, scriptJob, type World } from './contract.js';

/** A script's function that tells all of a folder: kinds, rights, names as bytes, targets and contents. */
const TELL = `
const fs = require('node:fs');
const tell = (at, name = Buffer.alloc(0)) => {
  const path = Buffer.concat([Buffer.from(at + '/'), name]);
  const stat = fs.lstatSync(path);
  const text = stat.isSymbolicLink() ? fs.readlinkSync(path) : stat.isFile() ? fs.readFileSync(path, 'utf8') : '';
  const kind = stat.isSymbolicLink() ? 'link' : (stat.mode & 0o170777).toString(8);
  const below = stat.isDirectory() ? fs.readdirSync(path, 'buffer') : [];
  const names = below.map((one) => Buffer.concat([name, Buffer.from('/'), one])).sort(Buffer.compare);
  return [[name.toString('latin1'), kind, text], ...names.flatMap((one) => tell(at, one))];
};
`;

/** Leaves folders, files with odd names and rights, and links, and prints what it left. */
const LEAVE = `${TELL}
fs.mkdirSync('/files/d/empty', { recursive: true });
fs.writeFileSync('/files/d/program', 'run', { mode: 0o755 });
fs.writeFileSync(Buffer.from('/files/d/\\xff\\n*', 'latin1'), 'odd');
fs.writeFileSync('/files/one', '1');
fs.linkSync('/files/one', '/files/other');
fs.symlinkSync('/etc/passwd', '/files/away');
fs.symlinkSync('d', '/files/to-d');
process.stdout.write(JSON.stringify(tell('/files')));
`;

export interface Left {
  result: JobResult;
  job: Job;
  /** The host folder of the mount that stays. */
  files: string;
  stdout: string;
}

/** Runs a script that has /files, which stays. */
export async function leaves(
  { sandbox, folder }: Pick<World, 'sandbox' | 'folder'>,
  script: string,
  options: JobOptions = {},
): Promise<Left> {
  const files = join(folder, `files-${readdirSync(folder).length}`);
  mkdirSync(files);
  const job = scriptJob(folder, script, {
    ...options,
    mounts: [{ from: files, to: '/files', access: 'write', stays: true }],
  });
  const result = await sandbox.run(job, new AbortController().signal);
  return { result, job, files, stdout: readFileSync(job.stdout, 'utf8') };
}

/** What a later job prints that is given these folders. */
export async function sees(
  { sandbox, folder }: Pick<World, 'sandbox' | 'folder'>,
  script: string,
  given: Readonly<Record<string, string>>,
): Promise<string> {
  const mounts = Object.entries(given).map(([to, from]) => ({ from, to, access: 'read' as const, settled: true }));
  const job = scriptJob(folder, `${TELL}${script}`, { mounts });
  const { end } = await sandbox.run(job, new AbortController().signal);
  assert.deepEqual(end, { kind: 'exited', exitCode: 0 });
  return readFileSync(job.stdout, 'utf8');
}

/** The same of a folder of this host. */
export const toldHere = (at: string): string =>
  JSON.stringify(new Function('require', 'at', `${TELL} return tell(at)`)(() => process.getBuiltinModule('fs'), at));

export const STAYS: Case[] = [
  {
    name: 'counts what stays as output',
    async check(world) {
      const script = `try { for (const i of [1, 2, 3]) require('fs').writeFileSync('/files/' + i, Buffer.alloc(${MIB})) } catch {}`;
      const { result } = await leaves(world, script, { limits: { outputBytes: 2 * MIB } });
      assert.deepEqual(result.end, { kind: 'output' });
    },
  },
  {
    name: 'gives later jobs what a job left in a mount that stays, the whole and a part: names, rights, links',
    async check(world) {
      const { stdout, files } = await leaves(world, LEAVE);
      assert.equal(await sees(world, "process.stdout.write(JSON.stringify(tell('/all')))", { '/all': files }), stdout);
      const part =
        "process.stdout.write(fs.readFileSync('/part/program') + ',' + fs.readdirSync('/part/empty').length)";
      assert.equal(await sees(world, part, { '/part': join(files, 'd') }), 'run,0');
    },
  },
  {
    name: 'brings here what stayed, for several at once and again, also when it is nothing',
    async check(world) {
      const { signal } = new AbortController();
      const { stdout, files } = await leaves(world, LEAVE);
      await Promise.all([1, 2, 3].map(() => world.sandbox.bring(files, signal)));
      await world.sandbox.bring(files, signal);
      assert.equal(toldHere(files), stdout);
      assert.equal(await sees(world, "process.stdout.write(JSON.stringify(tell('/all')))", { '/all': files }), stdout);
      const none = await leaves(world, '');
      await world.sandbox.bring(none.files, signal);
      assert.deepEqual(readdirSync(none.files), []);
      assert.equal(
        await sees(world, "process.stdout.write('' + fs.readdirSync('/all').length)", { '/all': none.files }),
        '0',
      );
    },
  },
  {
    name: 'tells of a mount that stays which plain files with one name it has, and nothing behind a link',
    async check(world) {
      const { result, files } = await leaves(world, LEAVE);
      assert.deepEqual([...(result.stayed?.get(files) ?? [])].sort(), [
        ['d/program', 3],
        ['d/\xff\n*', 3],
      ]);
      const none = await leaves(world, '');
      assert.equal(none.result.stayed?.get(none.files)?.size, 0);
    },
  },
];
