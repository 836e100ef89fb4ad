import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Envelope,
  envelopeSchema,
  IN_TOTO_PAYLOAD,
  preAuthEncoding,
  signEnvelope,
  signersOf,
} from '../../../../src/core/lib/signing/dsse.js';
import { generateKey, KEY_TYPES, readPublicKey } from '../../../../src/core/lib/signing/keys.js';
import { withLowS } from '../../../../src/core/lib/signing/low-s.js';

const ed25519 = generateKey('ed25519');
const p256 = generateKey('ecdsa-p256');
const keys = { ed25519, 'ecdsa-p256': p256 };

const signed = (payload: string, key = ed25519): Envelope => signEnvelope(Buffer.from(payload), IN_TOTO_PAYLOAD, key);
const withSig = (envelope: Envelope, sig: string): Envelope => ({ ...envelope, signatures: [{ sig }] });

/** (r, n - s) for (r, s), in DER. */
function mirrored(der: Buffer): Buffer {
  const end = 4 + der.readUInt8(3);
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const s = (order - BigInt(`0x${der.subarray(end + 2).toString('hex')}`)).toString(16).padStart(64, '0');
  const number = s >= '8' ? `00${s}` : s.replace(/^(?:00(?=[0-7]))+/, '');
  const body = Buffer.concat([der.subarray(2, end), Buffer.of(2, number.length / 2), Buffer.from(number, 'hex')]);
  return Buffer.concat([Buffer.of(0x30, body.length), body]);
}

describe('an envelope is not taken', () => {
  it.each<[string, unknown]>([
    ['without a signature', { ...signed('x'), signatures: [] }],
    ['with a key that nobody knows', { ...signed('x'), more: 1 }],
    ['with unpadded base64', { ...signed('x'), payload: 'eA' }],
    ['with URL-safe base64', { ...signed('x'), payload: '-_-_' }],
    ['with bits that base64 does not use', { ...signed('x'), payload: 'eB==' }],
    ['with something else than text', { ...signed('x'), signatures: [{ sig: 1 }] }],
  ])('%s', (_, value) => {
    expect(envelopeSchema.safeParse(value).success).toBe(false);
    expect(envelopeSchema.safeParse(signed('x')).success).toBe(true);
  });
});

describe('a signature does not verify', () => {
  it.each(KEY_TYPES)('with another key (%s)', (type) => {
    expect(signersOf(signed('x', keys[type]), [generateKey(type)])).toEqual([]);
    expect(signersOf(signed('x', keys[type]), [type === 'ed25519' ? p256 : ed25519])).toEqual([]);
    expect(signersOf(signed('x', keys[type]), [])).toEqual([]);
  });

  it('over the payload alone', () => {
    const sig = sign(null, Buffer.from('x'), ed25519.secret).toString('base64');
    expect(signersOf(withSig(signed('x'), sig), [ed25519])).toEqual([]);
  });

  it('for another payload type', () => {
    expect(signersOf({ ...signed('x'), payloadType: 'text/plain' }, [ed25519])).toEqual([]);
  });

  it('by its keyid alone', () => {
    const envelope = withSig(signed('x'), 'AAAA');
    expect(signersOf({ ...envelope, signatures: [{ keyid: ed25519.keyid, sig: 'AAAA' }] }, [ed25519])).toEqual([]);
  });

  it('in the other form that ECDSA takes, with n - s', () => {
    for (const text of ['a', 'b', 'c', 'd', 'e', 'f']) {
      const envelope = signed(text, p256);
      const other = mirrored(Buffer.from(envelope.signatures[0]?.sig ?? '', 'base64'));
      const encoded = preAuthEncoding(IN_TOTO_PAYLOAD, Buffer.from(text));
      expect(verify('sha256', encoded, p256.public, other)).toBe(true);
      expect(signersOf(withSig(envelope, other.toString('base64')), [p256])).toEqual([]);
      expect(withLowS(other).toString('base64')).toBe(envelope.signatures[0]?.sig);
    }
  });

  it('when it is of an RSA key', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const sig = sign('sha256', preAuthEncoding(IN_TOTO_PAYLOAD, Buffer.from('x')), privateKey).toString('base64');
    expect(signersOf(withSig(signed('x'), sig), [ed25519, p256])).toEqual([]);
  });

  it.each(KEY_TYPES)('after any change of payload or signature (%s)', (type) => {
    const envelope = signed('{"some":"payload"}', keys[type]);
    const [{ sig } = { sig: '' }] = envelope.signatures;
    fc.assert(
      fc.property(fc.constantFrom('payload', 'sig'), fc.nat(), fc.integer({ min: 1, max: 255 }), (what, at, change) => {
        const bytes = Buffer.from(what === 'sig' ? sig : envelope.payload, 'base64');
        bytes.writeUInt8(bytes.readUInt8(at % bytes.length) ^ change, at % bytes.length);
        const text = bytes.toString('base64');
        const changed = what === 'sig' ? withSig(envelope, text) : { ...envelope, payload: text };
        expect(signersOf(changed, [keys[type]])).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('DSSE', () => {
  it('encodes as the test vector of the specification', () => {
    const encoded = preAuthEncoding('http://example.com/HelloWorld', Buffer.from('hello world'));
    expect(encoded.toString()).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world');
  });

  it('verifies the signature of the test vector of the specification', () => {
    const field = (decimal: string) => Buffer.from(BigInt(decimal).toString(16).padStart(64, '0'), 'hex');
    const jwk = {
      kty: 'EC',
      crv: 'P-256',
      x: field('46950820868899156662930047687818585632848591499744589407958293238635476079160').toString('base64url'),
      y: field('5640078356564379163099075877009565129882514886557779369047442380624545832820').toString('base64url'),
    };
    const pem = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }).toString();
    // The specification writes r and s one after the other; here and in Sigstore they are DER.
    const raw = 'A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA==';
    const numbers = Buffer.from(raw, 'base64');
    const integer = (bytes: Buffer) => Buffer.concat([Buffer.of(2, bytes.length), bytes]);
    const parts = Buffer.concat([integer(numbers.subarray(0, 32)), integer(numbers.subarray(32))]);
    const sig = Buffer.concat([Buffer.of(0x30, parts.length), parts]).toString('base64');
    const envelope = {
      payload: 'aGVsbG8gd29ybGQ=',
      payloadType: 'http://example.com/HelloWorld',
      signatures: [{ sig }],
    };
    const key = readPublicKey(pem, 'vector');
    expect(signersOf(envelope, [ed25519, key])).toEqual([key]);
  });

  it('counts bytes, not characters', () => {
    expect(preAuthEncoding('é', Buffer.from('ß')).toString()).toBe('DSSEv1 2 é 2 ß');
  });

  it('encodes no two inputs alike', () => {
    const part = fc.constantFrom('', ' ', '1', ' 1 ', '0 ', 'a 1 b', 'DSSEv1 1 a 1 b');
    fc.assert(
      fc.property(part, part, part, part, (type, body, otherType, otherBody) => {
        const same = type === otherType && body === otherBody;
        const encoded = preAuthEncoding(type, Buffer.from(body));
        expect(encoded.equals(preAuthEncoding(otherType, Buffer.from(otherBody)))).toBe(same);
      }),
    );
  });

  it.each(KEY_TYPES)('signs whatever bytes and verifies them (%s)', (type) => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.string({ minLength: 1, maxLength: 50 }),
        (payload, payloadType) => {
          const envelope = signEnvelope(payload, payloadType, keys[type]);
          expect(Buffer.from(envelope.payload, 'base64').equals(payload)).toBe(true);
          expect(envelopeSchema.parse(envelope)).toEqual(envelope);
          expect(signersOf(envelope, [p256, ed25519])).toEqual([keys[type]]);
        },
      ),
    );
  });

  it('gives the same bytes each time with Ed25519', () => {
    expect(signed('x')).toEqual(signed('x'));
  });
});
