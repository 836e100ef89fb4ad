import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { Command } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { passwordPrompt } from '../../src/cli/ask-password.js';
import { keygenCommand } from '../../src/cli/commands/keygen.js';
import { loadPublicKey, loadSigningKey } from '../../src/core/lib/signing/key-file.js';
import { temporaryFolder } from '../support/scan.js';

const FOLDER = temporaryFolder();
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

async function keygen(...args: string[]): Promise<string> {
  const lines: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  const command = keygenCommand(() => {});
  command.exitOverride().configureOutput({ writeErr: () => {} });
  await new Command().addCommand(command).parseAsync(['keygen', ...args], { from: 'user' });
  return lines.join('\n');
}

/** Standard input that is a terminal, as far as readline can tell, and what is printed. */
function terminal() {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: vi.fn() });
  const output = new PassThrough();
  const ask = passwordPrompt({ input: input as unknown as NodeJS.ReadStream, output });
  if (ask === undefined) throw new Error('no prompt');
  return { input, output, ask };
}

describe('keygen refuses', () => {
  it.each<[string, string[], RegExp]>([
    ['other algorithms', ['--type', 'rsa'], /Allowed choices are ed25519, ecdsa-p256/],
    ['a password on the command line', ['--password', 'hunter2'], /env:NAME, fd:N or prompt/],
    ['a variable that is not set', ['--password', 'env:NOT_SET_AT_ALL'], /not set/],
  ])('%s', async (_, args, message) => {
    await expect(keygen(join(FOLDER, 'refused'), ...args)).rejects.toThrow(message);
    expect(existsSync(join(FOLDER, 'refused.key'))).toBe(false);
  });

  it('to write over a key', async () => {
    await keygen(join(FOLDER, 'once'));
    const before = readFileSync(join(FOLDER, 'once.key'));
    await expect(keygen(join(FOLDER, 'once'))).rejects.toThrow(/once\.key: exists already/);
    expect(readFileSync(join(FOLDER, 'once.key'))).toEqual(before);
  });

  it('a folder that is not there', async () => {
    await expect(keygen(join(FOLDER, 'none', 'k'))).rejects.toThrow(/cannot be written \(ENOENT\)/);
  });
});

describe('keygen', () => {
  it('writes a private key for its owner alone, and says the fingerprint of the public one', async () => {
    const out = await keygen(join(FOLDER, 'plain'));
    const { keyid, type } = await loadPublicKey(join(FOLDER, 'plain.pub'));
    expect(type).toBe('ed25519');
    expect(out).toBe(
      `${FOLDER}/plain.key  private key (ed25519, not encrypted)\n${FOLDER}/plain.pub  public key ${keyid}`,
    );
    expect(statSync(join(FOLDER, 'plain.key')).mode & 0o777).toBe(0o600);
  });

  it('encrypts it with a password that is in no argument', async () => {
    vi.stubEnv('KEY_PASSWORD', 'a long password');
    const out = await keygen(join(FOLDER, 'locked'), '--type', 'ecdsa-p256', '--password', 'env:KEY_PASSWORD');
    expect(out).toMatch(/ecdsa-p256, encrypted/);
    const file = join(FOLDER, 'locked.key');
    expect(readFileSync(file, 'utf8')).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----/);
    await expect(loadSigningKey({ key: file, env: {} })).rejects.toThrow(/needs its password/);
    const loaded = await loadSigningKey({ key: file, password: 'env:KEY_PASSWORD', env: process.env });
    expect(loaded.key.keyid).toBe((await loadPublicKey(join(FOLDER, 'locked.pub'))).keyid);
  });
});

describe('the password prompt', () => {
  it('is not there without a terminal', () => {
    expect(
      passwordPrompt({ input: new PassThrough() as unknown as NodeJS.ReadStream, output: new PassThrough() }),
    ).toBe(undefined);
  });

  it('shows nothing of what is typed', async () => {
    const { input, output, ask } = terminal();
    const answer = ask('Password: ');
    input.write('sesame\r');
    expect(await answer).toBe('sesame');
    expect(String(output.read())).toBe('Password: \n');
    expect(input.setRawMode.mock.calls).toEqual([[true], [false]]);
  });

  it('is left with control-C', async () => {
    const { input, ask } = terminal();
    const answer = ask('Password: ');
    input.write('\u0003');
    await expect(answer).rejects.toThrow('cancelled');
  });
});
