import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../../../src/core/toolchain/command.js';
import { processesWith } from '../../support/processes.js';
import { temporaryFolder } from '../../support/scan.js';

const never = new AbortController().signal;

const shell = (script: string, options: { signal?: AbortSignal; longestMs?: number } = {}) =>
  runCommand({
    name: 'the command',
    program: { program: '/bin/sh', args: ['-c'] },
    args: [script],
    cwd: temporaryFolder(),
    env: { PATH: '/usr/bin:/bin' },
    signal: never,
    ...options,
  });

/** Waits for a process to appear or to be gone; the test's own limit ends it. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(20);
}

describe('runCommand', () => {
  it('tells the exit code and the last words, without what is secret in them', async () => {
    await expect(
      shell('echo one >&2; echo "at https://me:hunter22@example.org/simple" >&2; exit 3'),
    ).rejects.toMatchObject({
      name: 'Fault',
      code: 'toolchain',
      message: 'the command ended with exit code 3: one / at https://[redacted]@example.org/simple',
    });
  });

  it('shows nothing of a terminal sequence', async () => {
    await expect(shell("printf 'a\\033]0;x\\007b' >&2; exit 1")).rejects.toThrow('a\\u{1b}]0;x\\u{7}b');
  });

  it('says when a program cannot be started', async () => {
    const program = { program: '/nonexistent/pip', args: [] };
    const command = { name: 'pip', program, args: [], cwd: '/', env: {}, signal: never };
    await expect(runCommand(command)).rejects.toThrow(/pip did not run \(ENOENT\)/);
  });

  it('ends all processes of a command that takes too long', async () => {
    const word = '86401';
    await expect(shell(`sleep ${word} & sleep ${word}`, { longestMs: 200 })).rejects.toThrow('took too long');
    await until(() => processesWith(`sleep\0${word}`).length === 0);
  });

  it('ends all processes when it is cancelled, and gives the reason', async () => {
    const word = '86402';
    const controller = new AbortController();
    const running = shell(`sleep ${word} & sleep ${word}`, { signal: controller.signal });
    await until(() => processesWith(`sleep\0${word}`).length > 0);
    controller.abort(new Error('stop'));
    await expect(running).rejects.toThrow('stop');
    await until(() => processesWith(`sleep\0${word}`).length === 0);
  });

  it('leaves no process behind that a command started', async () => {
    const word = '86403';
    await shell(`sleep ${word} >/dev/null 2>&1 & exit 0`);
    await until(() => processesWith(`sleep\0${word}`).length === 0);
  });

  it('ends a command that prints without end', async () => {
    await expect(shell('yes')).rejects.toThrow('printed too much');
  });

  it('gives what was printed, and only the environment that it was told', async () => {
    process.env['SECRET_OF_A_TEST'] = 'leak';
    expect((await shell('env | cut -d= -f1 | sort | grep -v -e ^_ -e ^PWD -e ^SHLVL -e ^OLDPWD')).trim()).toBe('PATH');
    delete process.env['SECRET_OF_A_TEST'];
  });
});
