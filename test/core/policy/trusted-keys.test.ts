import { describe, expect, it } from 'vitest';
import { generateKey } from '../../../src/core/lib/signing/keys.js';
import { readPolicy } from '../../../src/core/policy/default.js';
import { trustedKeys, withRole } from '../../../src/core/policy/trusted-keys.js';

const pem = (key: ReturnType<typeof generateKey>) => key.public.export({ type: 'spki', format: 'pem' }).toString();
const key = generateKey('ed25519');
const entry = { name: 'k', roles: ['scan'], publicKey: pem(key) };
const keysOf = (...keys: object[]) =>
  trustedKeys(readPolicy(JSON.stringify({ schemaVersion: 1, name: 'p', trust: { keys } }), 'p.yaml'), 'p.yaml');

describe('the keys of a policy', () => {
  it.each([
    ['that are none', [{ ...entry, publicKey: 'ssh-ed25519 AAAA' }], /trust\.keys\[0\]\.publicKey.*one PEM block/s],
    ['that are private', [{ ...entry, publicKey: key.secret.export({ type: 'pkcs8', format: 'pem' }) }], /PUBLIC KEY/],
    ['that stand there twice', [entry, { ...entry, name: 'l', roles: ['approve'] }], /the key of l is there twice/],
    ['without a role', [{ ...entry, roles: [] }], /roles/],
    ['of a role that does not exist', [{ ...entry, roles: ['scam'] }], /did you mean `scan`/],
  ])('are refused: %s', (_, keys, message) => {
    expect(() => keysOf(...keys)).toThrow(message);
  });

  it('vouch for what their roles say, and for nothing else', () => {
    const approver = generateKey('ecdsa-p256');
    const keys = keysOf(entry, { name: 'a', roles: ['approve', 'waive'], publicKey: pem(approver) });
    expect(withRole(keys, 'scan').map(({ keyid }) => keyid)).toEqual([key.keyid]);
    expect(withRole(keys, 'waive').map(({ keyid }) => keyid)).toEqual([approver.keyid]);
    expect(withRole(keys, 'manifest')).toEqual([]);
  });
});
