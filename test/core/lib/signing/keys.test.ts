import { execFileSync } from 'node:child_process';
import { createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { chmodSync, closeSync, existsSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../../../../src/core/lib/errors.js';
import { signersOf } from '../../../../src/core/lib/signing/dsse.js';
import {
  keyPath,
  loadPublicKey,
  loadSigningKey,
  readPassword,
  writeKeyPair,
} from '../../../../src/core/lib/signing/key-file.js';
import { generateKey, KEY_TYPES, readPrivateKey, readPublicKey } from '../../../../src/core/lib/signing/keys.js';
import { encryptedPem } from '../../../../src/core/lib/signing/pkcs8.js';
import { temporaryFolder } from '../../../support/scan.js';

const FOLDER = temporaryFolder();
const spki = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }).toString();
const pkcs8 = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const own = generateKey('ed25519');
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const p384 = generateKeyPairSync('ec', { namedCurve: 'secp384r1' });
const ed448 = generateKeyPairSync('ed448');
const x25519 = generateKeyPairSync('x25519');
const k256 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });

/** The SPKI of an Ed25519 public key (RFC 8410): a fixed head and the point. */
function point(hex: string): string {
  const der = Buffer.from(`302a300506032b6570032100${hex}`, 'hex').toString('base64');
  return `-----BEGIN PUBLIC KEY-----\n${der}\n-----END PUBLIC KEY-----\n`;
}

const refused = (read: () => unknown, message: RegExp) => {
  expect(read).toThrow(Refusal);
  expect(read).toThrow(message);
};

describe('a public key is refused', () => {
  it.each<[string, string, RegExp]>([
    ['RSA', spki(rsa.publicKey), /keys of this kind \(rsa\) are not used/],
    ['P-384', spki(p384.publicKey), /\(ec secp384r1\)/],
    ['secp256k1', spki(k256.publicKey), /\(ec secp256k1\)/],
    ['Ed448', spki(ed448.publicKey), /\(ed448\)/],
    ['X25519', spki(x25519.publicKey), /\(x25519\)/],
    ['a private key', pkcs8(own.secret), /one PEM block `PUBLIC KEY`/],
    ['two keys', spki(own.public) + spki(own.public), /one PEM block/],
    ['text before it', `x\n${spki(own.public)}`, /one PEM block/],
    ['nothing', '', /one PEM block/],
    ['a damaged key', spki(own.public).replace('MCow', 'MCox'), /cannot be read/],
  ])('%s', (_, pem, message) => {
    refused(() => readPublicKey(pem, 'k.pub'), message);
  });

  // The identity element: R = the identity, S = 0 verifies for every message under it.
  const IDENTITY = `01${'00'.repeat(31)}`;

  it.each([
    ['the identity', IDENTITY],
    ['the identity with its sign bit', `01${'00'.repeat(30)}80`],
    ['order 2', `ec${'ff'.repeat(30)}7f`],
    ['order 4', '00'.repeat(32)],
    ['order 8', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa'],
    ['a form that is not reduced', `ee${'ff'.repeat(30)}7f`],
  ])('a point of small order: %s', (_, hex) => {
    refused(() => readPublicKey(point(hex), 'k.pub'), /small order/);
  });

  const identity = createPublicKey(point(IDENTITY));
  const forged = Buffer.from(IDENTITY + '00'.repeat(32), 'hex');
  // OpenSSL 3.5, which Node 24 has, refuses it by itself; that of Node 20 does not.
  const refusedAnyway = !verify(null, Buffer.from('a'), identity, forged);

  it.skipIf(refusedAnyway)('because such a key verifies what nobody signed, where OpenSSL lets it', () => {
    const weak = { ...own, public: identity };
    const sig = forged.toString('base64');
    for (const payload of ['YQ==', 'Yg=='])
      expect(signersOf({ payload, payloadType: 'x', signatures: [{ sig }] }, [weak])).toHaveLength(1);
  });
});

describe('a private key is refused', () => {
  it.each<[string, string, string | undefined, RegExp]>([
    ['RSA', pkcs8(rsa.privateKey), undefined, /\(rsa\)/],
    ['P-384', pkcs8(p384.privateKey), undefined, /\(ec secp384r1\)/],
    ['a public key', spki(own.public), undefined, /PKCS#8/],
    ['an SEC1 key', '-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n', undefined, /PKCS#8/],
    ['a wrong password', encryptedPem(own.secret, 'right'), 'wrong', /password is wrong/],
    ['no password', encryptedPem(own.secret, 'right'), undefined, /needs its password/],
    ['a password for nothing', pkcs8(own.secret), 'x', /not encrypted/],
  ])('%s', (_, pem, password, message) => {
    refused(() => readPrivateKey(pem, 'k.key', password), message);
  });

  it('without a word of it in the message', () => {
    const pem = pkcs8(own.secret);
    const damaged = pem.replace(/\n(.)/, '\n!$1');
    const body = pem.split('\n')[1] ?? '';
    try {
      readPrivateKey(damaged, 'k.key', undefined);
      expect.unreachable();
    } catch (error) {
      expect(`${error} ${(error as Error).cause}`).not.toContain(body.slice(0, 16));
    }
  });
});

describe('where a key comes from', () => {
  const load = (key: string, env: NodeJS.ProcessEnv = {}) => loadSigningKey({ key, env });

  it.each<[string, string, RegExp]>([
    ['a path that is not there', join(FOLDER, 'none'), /ENOENT/],
    ['a folder', FOLDER, /no key file|EISDIR/],
    ['a variable that is not set', 'env:NONE', /env:NONE is not set/],
    ['a descriptor that is no number', 'fd:x', /names no file descriptor/],
    ['a descriptor that is not open', 'fd:9999', /EBADF/],
  ])('is refused: %s', async (_, key, message) => {
    await expect(load(key)).rejects.toThrow(message);
  });

  it('refuses a password on the command line, an empty one, and a prompt without a terminal', async () => {
    await expect(readPassword('hunter2', { env: {} })).rejects.toThrow(/env:NAME, fd:N or prompt/);
    await expect(readPassword('env:P', { env: { P: '\n' } })).rejects.toThrow(/holds no password/);
    await expect(readPassword('prompt', { env: {} })).rejects.toThrow(/no terminal/);
  });

  it('is a variable, a descriptor or a path', async () => {
    const pem = encryptedPem(own.secret, 'a password');
    const file = join(FOLDER, 'fd.key');
    writeFileSync(file, pem, { mode: 0o600 });
    const fd = openSync(file, 'r');
    const ask = async () => 'a password';
    const env = { K: pem, P: 'a password\n' };
    for (const source of [
      { key: 'env:K', password: 'env:P', env },
      { key: `fd:${fd}`, password: 'env:P', env },
      { key: file, password: 'prompt', env, ask },
    ])
      expect(await loadSigningKey(source)).toMatchObject({ key: { keyid: own.keyid }, warnings: [] });
    expect(() => closeSync(fd)).toThrow(/EBADF/);
    expect([keyPath('env:K'), keyPath('fd:3'), keyPath(file)]).toEqual([undefined, undefined, file]);
  });

  it('is warned about when other users may read it', async () => {
    const file = join(FOLDER, 'open.key');
    writeFileSync(file, pkcs8(own.secret));
    chmodSync(file, 0o644);
    expect((await load(file)).warnings).toEqual([expect.stringMatching(/open\.key: other users.*644.*chmod 600/)]);
  });
});

describe('a key pair', () => {
  it('is never written over another', async () => {
    const name = join(FOLDER, 'taken');
    writeFileSync(`${name}.pub`, 'mine');
    await expect(writeKeyPair(name, own, undefined)).rejects.toThrow(/taken\.pub: exists already/);
    expect([existsSync(`${name}.key`), readFileSync(`${name}.pub`, 'utf8')]).toEqual([false, 'mine']);
  });

  it.each(KEY_TYPES)('is read again, encrypted or not (%s)', async (type) => {
    for (const password of [undefined, 'pässword with spaces']) {
      const name = join(FOLDER, `${type}-${password?.length ?? 0}`);
      const made = generateKey(type);
      await writeKeyPair(name, made, password);
      expect(statSync(`${name}.key`).mode & 0o777).toBe(0o600);
      const source = { key: `${name}.key`, env: { P: password }, ...(password && { password: 'env:P' }) };
      const { key } = await loadSigningKey(source);
      const trusted = await loadPublicKey(`${name}.pub`);
      expect([key.keyid, trusted.keyid, key.type]).toEqual([made.keyid, made.keyid, type]);
      const data = Buffer.from('x');
      const { verify } = await import('node:crypto');
      expect(verify(trusted.digest, data, trusted.public, sign(key.digest, data, key.secret))).toBe(true);
    }
  });

  it.skipIf(!existsSync('/usr/bin/openssl'))('is read by OpenSSL, with 600,000 rounds before its password', () => {
    const file = join(FOLDER, 'openssl.key');
    writeFileSync(file, encryptedPem(own.secret, 'pw'), { mode: 0o600 });
    const openssl = (...args: string[]) => execFileSync('/usr/bin/openssl', args).toString();
    expect(openssl('pkey', '-in', file, '-passin', 'pass:pw', '-pubout')).toBe(spki(own.public));
    const text = openssl('asn1parse', '-in', file);
    expect(text).toMatch(/PBES2[\s\S]*PBKDF2[\s\S]*INTEGER +:0927C0[\s\S]*hmacWithSHA256[\s\S]*aes-256-cbc/);
  });

  it.skipIf(!existsSync('/usr/bin/ssh-keygen'))('has the fingerprint that ssh-keygen prints as its id', () => {
    for (const type of KEY_TYPES) {
      const key = generateKey(type);
      const file = join(FOLDER, `${type}.spki`);
      writeFileSync(file, spki(key.public));
      if (type === 'ed25519') {
        // OpenSSH imports no Ed25519 key in PKCS#8: the blob is written here by RFC 8709.
        const raw = Buffer.from(key.public.export({ format: 'jwk' }).x ?? '', 'base64url');
        const head = Buffer.from('0000000b7373682d6564323535313900000020', 'hex');
        writeFileSync(`${file}.ssh`, `ssh-ed25519 ${Buffer.concat([head, raw]).toString('base64')}\n`);
      } else writeFileSync(`${file}.ssh`, execFileSync('/usr/bin/ssh-keygen', ['-i', '-m', 'PKCS8', '-f', file]));
      const line = execFileSync('/usr/bin/ssh-keygen', ['-l', '-f', `${file}.ssh`]).toString();
      expect(line.split(' ')[1]).toBe(key.keyid);
    }
  });
});
