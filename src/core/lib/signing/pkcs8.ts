import { createCipheriv, type KeyObject, pbkdf2Sync, randomBytes } from 'node:crypto';

/** OWASP, "Password Storage Cheat Sheet": PBKDF2 with HMAC-SHA256. node:crypto would write 2048 rounds and takes no other number. */
const ROUNDS = 600_000;

/** Object identifiers of RFC 8018, appendix A and B, as DER. */
const OID = {
  pbes2: '06092a864886f70d01050d',
  pbkdf2: '06092a864886f70d01050c',
  hmacSha256: '06082a864886f70d0209',
  aes256Cbc: '060960864801650304012a',
} as const;

/** EncryptedPrivateKeyInfo (RFC 5958, section 3) under PBES2 with AES-256-CBC, as PEM. OpenSSL, node:crypto and cosign read it. */
export function encryptedPem(key: KeyObject, password: string): string {
  const [salt, iv] = [randomBytes(16), randomBytes(16)];
  const cipher = createCipheriv('aes-256-cbc', pbkdf2Sync(password, salt, ROUNDS, 32, 'sha256'), iv);
  const data = Buffer.concat([cipher.update(key.export({ type: 'pkcs8', format: 'der' })), cipher.final()]);
  const derivation = sequence(
    oid('pbkdf2'),
    sequence(octets(salt), integer(ROUNDS), sequence(oid('hmacSha256'), NULL)),
  );
  const scheme = sequence(oid('pbes2'), sequence(derivation, sequence(oid('aes256Cbc'), octets(iv))));
  return pem('ENCRYPTED PRIVATE KEY', sequence(scheme, octets(data)));
}

const NULL = Buffer.of(0x05, 0x00);
const oid = (name: keyof typeof OID): Buffer => Buffer.from(OID[name], 'hex');
const sequence = (...parts: Buffer[]): Buffer => tagged(0x30, Buffer.concat(parts));
const octets = (data: Buffer): Buffer => tagged(0x04, data);

/** A positive INTEGER; the leading zero keeps it positive. */
function integer(value: number): Buffer {
  const bytes = Buffer.from(value.toString(16).padStart(8, '0'), 'hex');
  const start = bytes.findIndex((byte) => byte !== 0);
  const short = bytes.subarray(start);
  return tagged(0x02, (short[0] ?? 0) < 0x80 ? short : Buffer.concat([Buffer.of(0), short]));
}

/** Tag and length of X.690, section 8.1.3: one byte below 128, else `0x82` and two; contents here stay below 64 KiB. */
function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const head = length < 0x80 ? [tag, length] : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), content]);
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
