import { existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ContainerAnswer } from '../../../../src/core/lib/sandbox/container.js';
import type { Job } from '../../../../src/core/lib/sandbox/job.js';
import { readAnswer, takeOut } from '../../../../src/core/runtime/dagger/answer.js';

const root = mkdtempSync(join(tmpdir(), 'answer-test-'));

let left = root;
beforeEach(() => {
  left = mkdtempSync(join(root, 'left-'));
});

const answer: ContainerAnswer = {
  order: 'this one',
  began: { boot: 'b', ms: 5 },
  facts: {
    interfaces: [],
    filtered: true,
    tmpBytes: 4096,
    sharedBytes: 4096,
    counted: true,
    programs: { node: { path: '/usr/bin/node', version: '22.1.0' } },
  },
  result: {
    end: { kind: 'exited', exitCode: 3 },
    wallMs: 12,
    cpuMs: null,
    maxRssBytes: null,
    stdoutBytes: 0,
    stderrBytes: 0,
    logTruncated: false,
  },
};
const write = (value: unknown) => writeFileSync(join(left, 'answer.json'), JSON.stringify(value));

describe('the answer of an agent', () => {
  it.each([
    ['to another order', { ...answer, order: 'another' }],
    ['without its time', { ...answer, began: undefined }],
    ['without an end', { ...answer, result: { ...answer.result, end: undefined } }],
    ['an end that no agent gives', { ...answer, result: { ...answer.result, end: { kind: 'cancelled' } } }],
    ['an unknown key', { ...answer, verdict: 'pass' }],
  ])('is not taken when it is %s', async (_, value) => {
    write(value);
    await expect(readAnswer(left, 'this one')).rejects.toThrow();
  });

  it('is not taken when it is missing or a link', async () => {
    await expect(readAnswer(left, 'this one')).rejects.toThrow();
    writeFileSync(join(root, 'elsewhere.json'), JSON.stringify(answer));
    symlinkSync(join(root, 'elsewhere.json'), join(left, 'answer.json'));
    await expect(readAnswer(left, 'this one')).rejects.toThrow();
  });

  it('is read as it was written', async () => {
    write(answer);
    expect(await readAnswer(left, 'this one')).toEqual(answer);
  });
});

describe('taking out what a container left', () => {
  it('replaces logs and write mounts, and follows no link to do so', async () => {
    for (const name of ['stdout', 'stderr']) writeFileSync(join(left, name), name);
    mkdirSync(join(left, '0'));
    writeFileSync(join(left, '0/report'), 'new');
    const host = mkdtempSync(join(root, 'host-'));
    writeFileSync(join(host, 'precious'), 'kept');
    symlinkSync(join(host, 'precious'), join(host, 'stdout'));
    mkdirSync(join(host, 'out'));
    writeFileSync(join(host, 'out/old'), '');
    mkdirSync(join(host, 'stays'));
    await takeOut(left, {
      stdout: join(host, 'stdout'),
      stderr: join(host, 'stderr'),
      mounts: [
        { from: join(host, 'precious'), to: '/in', access: 'read' },
        { from: join(host, 'out'), to: '/out', access: 'write' },
        { from: join(host, 'stays'), to: '/files', access: 'write', stays: true },
      ],
    } satisfies Pick<Job, 'stdout' | 'stderr' | 'mounts'>);
    expect(readFileSync(join(host, 'precious'), 'utf8')).toBe('kept');
    expect(readFileSync(join(host, 'stdout'), 'utf8')).toBe('stdout');
    expect([readFileSync(join(host, 'out/report'), 'utf8'), existsSync(join(host, 'out/old'))]).toEqual(['new', false]);
    expect(existsSync(join(host, 'stays'))).toBe(true);
  });
});
