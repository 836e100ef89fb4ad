import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  X509Certificate,
} from 'node:crypto';
import * as z from 'zod';
import { type Problem, Refusal } from '../errors.js';
import { COSIGN_LABELS, openCosignKey } from './cosign-key.js';

export const KEY_TYPES = ['ed25519', 'ecdsa-p256'] as const;
export type KeyType = (typeof KEY_TYPES)[number];

/** A key that signatures are checked with. */
export interface PublicSigningKey {
  type: KeyType;
  public: KeyObject;
  /** What node:crypto hashes with before it signs; Ed25519 hashes by itself. */
  digest: 'sha256' | null;
  /** `SHA256:…` as `ssh-keygen -l` prints it: the one form that cosign 2, cosign 3 and securesystemslib take. */
  keyid: string;
  /** First 8 hex digits of the same digest, for file names. */
  shortId: string;
  /** Base64 of the SHA-256 of the SPKI DER: what cosign writes into a Sigstore bundle. */
  hint: string;
}

export interface PrivateSigningKey extends PublicSigningKey {
  secret: KeyObject;
}

/** The form of a keyid. */
export const keyidSchema = z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/, 'expected the fingerprint of a key');

/** The short id of a key by its keyid: both are of one digest. */
export const shortIdOf = (keyid: string): string => shortened(Buffer.from(keyid.slice(KEYID.length), 'base64'));

const KEYID = 'SHA256:';
const shortened = (fingerprint: Buffer): string => fingerprint.toString('hex').slice(0, 8);

/** Makes a key pair. Ed25519 signs the same bytes the same way each time, which keeps signed evidence reproducible. */
export function generateKey(type: KeyType): PrivateSigningKey {
  const { privateKey, publicKey } =
    type === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return { ...describe(publicKey, 'generated key'), secret: privateKey };
}

/** Whether a private key cannot be read without its password. */
export const isEncrypted = (pem: string): boolean => pemLabel(pem)?.startsWith('ENCRYPTED ') ?? false;

/** Reads an SPKI public key (RFC 7468, label PUBLIC KEY). Throws `Refusal` for all but a sound Ed25519 or P-256 key. */
export function readPublicKey(pem: string, file: string): PublicSigningKey {
  // Node would also take a private key or a certificate here, and check neither its period nor its purpose.
  if (pemLabel(pem) !== 'PUBLIC KEY') throw refuse(file, 'expected one PEM block `PUBLIC KEY`', MAKE_ONE);
  return describe(
    attempt(file, () => createPublicKey({ key: pem, format: 'pem' })),
    file,
  );
}

/** The key that a certificate is about. Throws `Refusal` as `readPublicKey` does; who issued it is not looked at. */
export const certifiedKey = (der: Uint8Array, file: string): PublicSigningKey =>
  describe(
    attempt(file, () => new X509Certificate(der).publicKey),
    file,
  );

/**
 * Reads a PKCS#8 private key, encrypted (PBES2) or not, or cosign's encrypted key file. Throws `Refusal`; no message holds
 * anything of the key.
 */
export function readPrivateKey(pem: string, file: string, passphrase: string | undefined): PrivateSigningKey {
  const label = pemLabel(pem);
  if (label === undefined || !PRIVATE_LABELS.includes(label))
    throw refuse(file, 'expected one PEM block with a private key: PKCS#8, or a key file of cosign', MAKE_ONE);
  if ((label === 'PRIVATE KEY') !== (passphrase === undefined)) {
    const message = passphrase === undefined ? 'the key needs its password' : 'the key is not encrypted';
    throw refuse(file, message, 'See --sign-key-password.');
  }
  const secret = attempt(file, () =>
    passphrase !== undefined && label !== 'ENCRYPTED PRIVATE KEY'
      ? createPrivateKey({ key: openCosignKey(pem, passphrase), format: 'der', type: 'pkcs8' })
      : createPrivateKey({ key: pem, format: 'pem', passphrase }),
  );
  return { ...describe(secret, file), secret };
}

const PRIVATE_LABELS: readonly string[] = ['PRIVATE KEY', 'ENCRYPTED PRIVATE KEY', ...COSIGN_LABELS];
const MAKE_ONE = '`security-scan keygen` makes a key pair.';

const refuse = (file: string, message: string, remedy?: string) => {
  const problem: Problem = { file, message };
  return new Refusal('usage', [remedy === undefined ? problem : { ...problem, remedy }]);
};

const PEM = /^\s*-----BEGIN ([A-Z0-9 ]{1,64})-----\r?\n[^-]*-----END \1-----\s*$/;

/** The label when the text is one PEM block and nothing else. */
const pemLabel = (text: string): string | undefined => PEM.exec(text)?.[1];

function attempt(file: string, read: () => KeyObject): KeyObject {
  try {
    return read();
  } catch (error) {
    if (error instanceof z.ZodError)
      throw refuse(file, 'is no key file that cosign writes: another cipher, or other work factors', MAKE_ONE);
    // OpenSSL's reasons are of no use to the reader, and a cause could carry the key into a log.
    throw refuse(file, 'the key cannot be read: it is damaged, of an unknown kind, or the password is wrong');
  }
}

function describe(key: KeyObject, file: string): PublicSigningKey {
  const { type, digest } = kindOf(key, file);
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  if (type === 'ed25519') refuseLowOrder(publicKey, file);
  const fingerprint = createHash('sha256').update(sshWireForm(publicKey, type)).digest();
  return {
    type,
    digest,
    public: publicKey,
    keyid: `${KEYID}${fingerprint.toString('base64').replace(/=+$/, '')}`,
    shortId: shortened(fingerprint),
    hint: createHash('sha256')
      .update(publicKey.export({ type: 'spki', format: 'der' }))
      .digest('base64'),
  };
}

function kindOf(key: KeyObject, file: string): Pick<PublicSigningKey, 'type' | 'digest'> {
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (key.asymmetricKeyType === 'ed25519') return { type: 'ed25519', digest: null };
  if (key.asymmetricKeyType === 'ec' && curve === 'prime256v1') return { type: 'ecdsa-p256', digest: 'sha256' };
  // cosign hashes with SHA-256 for every key, so a P-384 signature of ours would not verify there.
  const found = [key.asymmetricKeyType, curve].filter((part) => part !== undefined).join(' ');
  throw refuse(file, `keys of this kind (${found}) are not used; Ed25519 and ECDSA P-256 are`, MAKE_ONE);
}

/** The SSH public key blob: RFC 8709, section 4, and RFC 5656, section 3.1. */
function sshWireForm(key: KeyObject, type: KeyType): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  const [a, b] = [Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')];
  const parts =
    type === 'ed25519'
      ? [Buffer.from('ssh-ed25519'), a]
      : [Buffer.from('ecdsa-sha2-nistp256'), Buffer.from('nistp256'), Buffer.concat([Buffer.of(4), a, b])];
  return Buffer.concat(parts.flatMap((part) => [uint32(part.length), part]));
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/**
 * Encodings of the points of small order on edwards25519, sign bit left out (RFC 8032, section 5.1; the list is that of
 * libsodium's `ge25519_has_small_order`). Under such a key one signature verifies for many messages, and OpenSSL takes it.
 */
const LOW_ORDER = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
];

function refuseLowOrder(key: KeyObject, file: string): void {
  const point = Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
  point.writeUInt8((point[31] ?? 0) & 0x7f, 31);
  if (LOW_ORDER.includes(point.toString('hex')))
    throw refuse(file, 'the key is weak: a point of small order', MAKE_ONE);
}
