import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Directory } from '@dagger.io/dagger';
import { beforeEach, describe, expect, it } from 'vitest';
import { staying } from '../../../../src/core/runtime/dagger/stays.js';
import { handingOver, uploadProblem } from '../../../../src/core/runtime/dagger/upload.js';

const root = mkdtempSync(join(tmpdir(), 'upload-test-'));

let folder = root;
beforeEach(() => {
  folder = mkdtempSync(join(root, 'case-'));
});

describe('what an engine can be handed', () => {
  it('is no tree with a pipe, which would be missing there', () => {
    mkdirSync(join(folder, 'deep'));
    execFileSync('mkfifo', [join(folder, 'deep/pipe')]);
    expect(uploadProblem(folder)).toContain('deep/pipe');
  });

  it('is no tree with a socket, which would be an empty file there', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(folder, 'socket'), resolve));
    expect(uploadProblem(folder)).toContain('socket');
    server.close();
  });

  it.each(['a*b', 'a?b', 'a[b]', 'a\\b', '!a'])('is no path that it reads as a pattern: %s', (name) => {
    mkdirSync(join(folder, name));
    expect(uploadProblem(join(folder, name))).toContain(JSON.stringify(join(folder, name)));
  });

  it('is any other tree, whatever its names and wherever its links lead', () => {
    for (const name of ['a*b', 'new\nline', '[x]', '"']) writeFileSync(join(folder, name), '');
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xff])]), '');
    symlinkSync('/nowhere', join(folder, 'link'));
    symlinkSync('..', join(folder, 'up'));
    expect(uploadProblem(folder)).toBeUndefined();
  });
});

describe('handing over in one session', () => {
  /** An engine that counts what it is sent. */
  const counting = () => {
    const sent: string[] = [];
    const upload = async (path: string, only: readonly string[] = []) => {
      sent.push([path, ...only].join(' '));
      return {} as Directory;
    };
    return { sent, handOver: handingOver(upload, staying(root)) };
  };

  it('sends again what changed, even with the same size and time', async () => {
    const { sent, handOver } = counting();
    const file = join(folder, 'file');
    writeFileSync(file, 'one');
    utimesSync(file, 1, 1);
    await handOver.one(folder);
    writeFileSync(file, 'two');
    utimesSync(file, 1, 1);
    await handOver.one(folder);
    expect(sent).toEqual([folder, folder]);
  });

  it('sends once what is the same, also for several at one time', async () => {
    const { sent, handOver } = counting();
    writeFileSync(join(folder, 'file'), 'one');
    await Promise.all([handOver.one(folder), handOver.one(folder)]);
    await handOver.one(folder);
    expect(sent).toEqual([folder]);
  });

  it('looks once at what is settled, and refuses it each time', async () => {
    const { sent, handOver } = counting();
    await Promise.all([handOver.settled(folder), handOver.settled(folder)]);
    writeFileSync(join(folder, 'file'), 'nobody writes here');
    await handOver.settled(folder);
    expect(sent).toEqual([folder]);
    const odd = mkdtempSync(join(root, 'case-'));
    execFileSync('mkfifo', [join(odd, 'pipe')]);
    await expect(handOver.settled(odd)).rejects.toThrow('pipe');
    await expect(handOver.settled(odd)).rejects.toThrow('pipe');
    expect(sent).toEqual([folder]);
  });

  it('looks at the named entries of a folder alone', async () => {
    const { sent, handOver } = counting();
    for (const name of ['a', 'b', 'c']) writeFileSync(join(folder, name), '');
    await handOver.some(folder, ['a', 'b']);
    writeFileSync(join(folder, 'c'), 'changed');
    await handOver.some(folder, ['a', 'b']);
    writeFileSync(join(folder, 'b'), 'changed');
    await handOver.some(folder, ['a', 'b']);
    expect(sent).toEqual([`${folder} a b`, `${folder} a b`]);
  });

  it('refuses what it would change, each time', async () => {
    const { sent, handOver } = counting();
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    await expect(handOver.one(folder)).rejects.toThrow('pipe');
    await expect(handOver.one(folder)).rejects.toThrow('pipe');
    expect(sent).toEqual([]);
  });
});
