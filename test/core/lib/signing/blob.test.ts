import { sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { blobSigner, signBlob } from '../../../../src/core/lib/signing/blob.js';
import { preAuthEncoding } from '../../../../src/core/lib/signing/dsse.js';
import { generateKey, KEY_TYPES } from '../../../../src/core/lib/signing/keys.js';

const keys = KEY_TYPES.map(generateKey);
const other = generateKey('ecdsa-p256');
const bytes = Buffer.from('product: p\n');

describe.each(keys.map((key) => [key.type, key] as const))('a signature over a file by %s', (_, key) => {
  const bare = sign(key.digest, bytes, key.secret).toString('base64');

  it.each([
    ['other bytes', Buffer.from('product: q\n'), signBlob(bytes, key, 'f')],
    ['other bytes, bare', Buffer.from('product: q\n'), bare],
    ['nothing', bytes, ''],
    ['no base64', bytes, '!!!!'],
    ['base64 with bits to spare', bytes, `${bare.slice(0, -2)}=A`],
    ['broken JSON', bytes, '{'],
    ['JSON of another kind', bytes, '{"mediaType":"application/json"}'],
    ['a bundle with another digest', bytes, signBlob(bytes, key, 'f').replace(/"digest":"...../, '"digest":"AAAAA')],
    ['a bundle with another algorithm', bytes, signBlob(bytes, key, 'f').replace('SHA2_256', 'SHA2_512')],
    ['an empty signature in a bundle', bytes, '{"base64Signature":""}'],
  ])('is none: %s', (__, data, text) => {
    expect(blobSigner(data, text, [key])).toBeUndefined();
  });

  it('is not made over the encoding of an envelope', () => {
    const disguised = preAuthEncoding('application/vnd.in-toto+json', Buffer.from('{}'));
    expect(() => signBlob(disguised, key, 'f')).toThrow(/f: is no document/);
  });

  it('counts for the key that made it alone', () => {
    expect(blobSigner(bytes, signBlob(bytes, key, 'f'), [other])).toBeUndefined();
    expect(blobSigner(bytes, signBlob(bytes, key, 'f'), [])).toBeUndefined();
    expect(blobSigner(bytes, signBlob(bytes, key, 'f'), [other, key])?.keyid).toBe(key.keyid);
  });

  it('may be bare, or in the bundle of cosign 2', () => {
    expect(blobSigner(bytes, `${bare}\n`, [key])?.keyid).toBe(key.keyid);
    expect(blobSigner(bytes, JSON.stringify({ base64Signature: bare, rekorBundle: {} }), [key])?.keyid).toBe(key.keyid);
  });
});
