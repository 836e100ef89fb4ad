import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { uploadProblem } from '../../../../src/core/runtime/dagger/upload.js';

const root = mkdtempSync(join(tmpdir(), 'upload-test-'));
afterAll(() => rmSync(root, { recursive: true }));

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
