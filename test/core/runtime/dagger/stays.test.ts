import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Directory } from '@dagger.io/dagger';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type Stays, staying } from '../../../../src/core/runtime/dagger/stays.js';
import { handingOver } from '../../../../src/core/runtime/dagger/upload.js';

const root = mkdtempSync(join(tmpdir(), 'stays-test-'));
afterAll(() => rmSync(root, { recursive: true }));

let place = root;
let folder = root;
let stays: Stays;
beforeEach(() => {
  place = mkdtempSync(join(root, 'case-'));
  folder = join(place, 'files');
  mkdirSync(folder);
  stays = staying(place);
});

/** What a job left on an engine: a folder with one file; `exports` tells where it was brought to. */
function leftThere(text = 'left') {
  const exports: string[] = [];
  const all = {
    directory: (path: string) => ({ sync: () => Promise.resolve(`${path} of it`) }),
    filter: () => all,
    export: (to: string) => {
      exports.push(to);
      mkdirSync(join(to, '0'));
      writeFileSync(join(to, '0/a'), text);
      return Promise.resolve(to);
    },
  };
  return { left: { all: all as unknown as Directory, name: '0', files }, exports };
}
const files = new Map([['a', 4]]);

/** An engine that is sent nothing by anyone here. */
const handOver = () => handingOver(() => Promise.reject(new Error('sent')), stays);

describe('what stays on an engine', () => {
  it('is never taken from the empty folder here, whatever it is called', async () => {
    symlinkSync(place, `${place}-link`);
    const paths = [folder, join(`${place}-link`, 'files'), place, `${place}-link`];
    const { settled, one, some } = handOver();
    stays.expect(folder);
    stays.leave(folder, leftThere().left);
    for (const path of paths) await expect(one(path), path).rejects.toThrow('was not brought');
    await expect(some(place, ['files'])).rejects.toThrow('was not brought');
    await expect(settled(place)).rejects.toThrow('was not brought');
    expect(await settled(folder)).toEqual({ folder: '0 of it' });
    expect(await settled(join(folder, 'general'))).toEqual({ folder: '0/general of it' });
  });

  it('is nothing before the job has left it, and after one that left nothing', async () => {
    stays.expect(folder);
    await expect(handOver().settled(folder)).rejects.toThrow('no job left');
    await expect(stays.bring(folder)).rejects.toMatchObject({ name: 'Fault', code: 'runtime' });
  });

  it('is an error where the engine has lost it, and nothing is sent in its place', async () => {
    const lost = () => Promise.reject(new Error('not found'));
    const all = { directory: () => ({ sync: lost }), filter: () => ({ export: lost }) } as unknown as Directory;
    stays.expect(folder);
    stays.leave(folder, { all, name: '0', files });
    await expect(handOver().settled(folder)).rejects.toThrow('not found');
    await expect(handOver().settled(join(folder, 'general'))).rejects.toThrow('not found');
    await expect(stays.bring(folder)).rejects.toMatchObject({
      code: 'runtime',
      message: expect.stringContaining('not found'),
    });
    expect(() => stays.demandHere(folder)).toThrow('was not brought');
  });

  it('is not brought when it is not what the job left', async () => {
    stays.expect(folder);
    stays.leave(folder, leftThere('other text').left);
    await expect(stays.bring(folder)).rejects.toThrow('did not arrive');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is of one job', () => {
    stays.expect(folder);
    expect(() => stays.expect(folder)).toThrow('another job');
    expect(() => stays.leave(place, leftThere().left)).toThrow('stands for nothing');
    expect(stays.rootOf(place)).toBeUndefined();
  });

  it('has no path that leaves it', () => {
    stays.expect(folder);
    expect(stays.rootOf(`${folder}/..`)).toBeUndefined();
    expect(stays.rootOf(`${folder}-other`)).toBeUndefined();
    expect(stays.rootOf(`${folder}/a/b`)).toBe(folder);
  });

  it('is brought once for all who ask, and is then here', async () => {
    const { left, exports } = leftThere();
    stays.expect(folder);
    stays.leave(folder, left);
    await Promise.all([stays.bring(folder), stays.bring(folder)]);
    await stays.bring(folder);
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('left');
    expect(exports).toHaveLength(1);
    stays.demandHere(folder);
    await expect(handOver().one(folder)).rejects.toThrow('sent');
  });
});
