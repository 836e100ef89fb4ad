import { type createPrivateKey, generateKeyPairSync, scryptSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { xsalsa20poly1305 } from '@noble/ciphers/salsa.js';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../../../../src/core/lib/errors.js';
import { loadSigningKey, loadSigningKeys } from '../../../../src/core/lib/signing/key-file.js';
import { generateKey, readPrivateKey, readPublicKey } from '../../../../src/core/lib/signing/keys.js';
import { temporaryFolder } from '../../../support/scan.js';

/** Made by `cosign generate-key-pair` 3.1.3, for this test alone. */
const FILE = 'test/fixtures/cosign/cosign.key';
const REAL = readFileSync(FILE, 'utf8');
const PASSWORD = 'pass word';

interface Sealed {
  kdf: { name: string; params: { N: number; r: number; p: number }; salt: string };
  cipher: { name: string; nonce: string };
  ciphertext: string;
}

const bodyOf = (pem: string): Sealed =>
  JSON.parse(Buffer.from(pem.split('\n').slice(1, -2).join(''), 'base64').toString());

function pem(body: object | string, label = 'ENCRYPTED SIGSTORE PRIVATE KEY'): string {
  const text = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)).toString('base64');
  return `-----BEGIN ${label}-----\n${(text.match(/.{1,64}/g) ?? []).join('\n')}\n-----END ${label}-----\n`;
}

const changed = (change: (body: Sealed) => void): string => {
  const body = bodyOf(REAL);
  change(body);
  return pem(body);
};

/** What cosign would write for a key; the least work, for speed. */
function sealed(der: Buffer): Sealed {
  const [salt, nonce, N] = [Buffer.alloc(32, 1), Buffer.alloc(24, 2), 32768];
  const key = scryptSync(PASSWORD, salt, 32, { N, r: 8, p: 1, maxmem: 2 ** 26 });
  return {
    kdf: { name: 'scrypt', params: { N, r: 8, p: 1 }, salt: salt.toString('base64') },
    cipher: { name: 'nacl/secretbox', nonce: nonce.toString('base64') },
    ciphertext: Buffer.from(xsalsa20poly1305(key, nonce).encrypt(der)).toString('base64'),
  };
}

const der = (key: ReturnType<typeof createPrivateKey>): Buffer => key.export({ type: 'pkcs8', format: 'der' });
const flip = (text: string): string => {
  const data = Buffer.from(text, 'base64');
  data.writeUInt8(data.readUInt8(20) ^ 1, 20);
  return data.toString('base64');
};

const OTHER = /is no key file that cosign writes: another cipher, or other work factors/;
const WRONG = /cannot be read: it is damaged, of an unknown kind, or the password is wrong/;

describe('a key file of cosign is refused', () => {
  it.each<[string, string, RegExp]>([
    ['that would take 1 GiB', changed((body) => Object.assign(body.kdf.params, { N: 2 ** 20 })), OTHER],
    ['that is quick to guess', changed((body) => Object.assign(body.kdf.params, { N: 2 })), OTHER],
    ['with another block size', changed((body) => Object.assign(body.kdf.params, { r: 1024 })), OTHER],
    ['with more passes', changed((body) => Object.assign(body.kdf.params, { p: 100_000 })), OTHER],
    ['with another derivation', changed((body) => Object.assign(body.kdf, { name: 'pbkdf2' })), OTHER],
    ['with another cipher', changed((body) => Object.assign(body.cipher, { name: 'aes-gcm' })), OTHER],
    ['with a short salt', changed((body) => Object.assign(body.kdf, { salt: 'AAAA' })), OTHER],
    ['with a short nonce', changed((body) => Object.assign(body.cipher, { nonce: 'AAAA' })), OTHER],
    ['with members that nobody knows', changed((body) => Object.assign(body, { more: 1 })), OTHER],
    ['that is no JSON', pem('{'), WRONG],
    ['with another text', changed((body) => Object.assign(body, { ciphertext: flip(body.ciphertext) })), WRONG],
    ['with another nonce', changed((body) => Object.assign(body.cipher, { nonce: flip(body.cipher.nonce) })), WRONG],
    ['with another salt', changed((body) => Object.assign(body.kdf, { salt: flip(body.kdf.salt) })), WRONG],
    ['with no text', changed((body) => Object.assign(body, { ciphertext: '' })), WRONG],
    ['that holds no key', pem(sealed(Buffer.from('no key'))), WRONG],
    [
      'that holds an RSA key',
      pem(sealed(der(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey))),
      /keys of this kind \(rsa\) are not used/,
    ],
  ])('%s', (_, text, message) => {
    const read = () => readPrivateKey(text, 'k.key', PASSWORD);
    expect(read).toThrow(Refusal);
    expect(read).toThrow(message);
  });

  it('with a wrong password or none, and says nothing of the key', () => {
    expect(() => readPrivateKey(REAL, 'k.key', undefined)).toThrow(/needs its password/);
    try {
      readPrivateKey(REAL, 'k.key', 'wrong');
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(Refusal);
      expect(`${error}`).toMatch(WRONG);
      expect([(error as Error).cause, `${error}`.includes(bodyOf(REAL).ciphertext.slice(0, 8))]).toEqual([
        undefined,
        false,
      ]);
    }
  });
});

describe('a key file of cosign', () => {
  it('has the public key that cosign wrote beside it', async () => {
    const { key } = await loadSigningKey({ key: FILE, password: 'env:P', env: { P: PASSWORD } });
    const { keyid, type } = readPublicKey(readFileSync('test/fixtures/cosign/cosign.pub', 'utf8'), 'cosign.pub');
    expect([key.keyid, key.type]).toEqual([keyid, type]);
    expect(type).toBe('ecdsa-p256');
  });

  it('may hold an Ed25519 key, and have the label of cosign 1', () => {
    const own = generateKey('ed25519');
    const text = pem(sealed(der(own.secret)), 'ENCRYPTED COSIGN PRIVATE KEY');
    expect(readPrivateKey(text, 'k.key', PASSWORD).keyid).toBe(own.keyid);
  });
});

describe('several keys', () => {
  const folder = temporaryFolder();
  const plain = join(folder, 'plain.key');
  const { secret, keyid } = generateKey('ed25519');
  writeFileSync(plain, secret.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const env = { P: PASSWORD };

  it.each<[string, string[], string[], RegExp]>([
    ['one key twice', [plain, plain], [], /named twice/],
    ['a password too many', [plain], ['env:P'], /more passwords than encrypted keys/],
    ['a password too few', [plain, FILE], [], /cosign\.key: the key needs its password/],
  ])('are refused with %s', async (_, keys, passwords, message) => {
    await expect(loadSigningKeys(keys, passwords, { env })).rejects.toThrow(message);
  });

  it('take passwords in their order, and ask for one that is not named', async () => {
    const named = await loadSigningKeys([plain, FILE], ['env:P'], { env });
    const asked = await loadSigningKeys([FILE, plain], [], { env, ask: async () => PASSWORD });
    expect(named.map(({ key }) => key.keyid)).toEqual(asked.map(({ key }) => key.keyid).reverse());
    expect(named[0]?.key.keyid).toBe(keyid);
  });
});
