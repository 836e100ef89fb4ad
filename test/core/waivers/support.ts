import type { Finding } from '../../../src/core/findings/finding.js';
import { generateKey, type PrivateSigningKey } from '../../../src/core/lib/signing/keys.js';
import type { KeyRole } from '../../../src/core/policy/trust.js';
import type { WaiverRules } from '../../../src/core/waivers/admit.js';
import type { SignerRole, UnsignedEntry, WaiverEntry } from '../../../src/core/waivers/entry.js';
import { signEntry } from '../../../src/core/waivers/sign.js';

export const alice = generateKey('ed25519');
export const bob = generateKey('ecdsa-p256');

export const AS_OF = '2026-06-15';

export const unsigned = (over: Partial<UnsignedEntry> = {}): UnsignedEntry => ({
  id: 'one',
  ...(over.rule === undefined && over.vulnerability === undefined && { fingerprint: 'a'.repeat(64) }),
  status: 'accepted',
  reason: 'Called with constants alone.',
  risk: 'A later caller may pass user input.',
  owner: 'Platform team',
  followUp: 'https://tracker.example.org/browse/SEC-1234',
  created: '2026-06-01',
  expires: '2026-07-01',
  ...over,
});

export const signedBy = (
  entry: UnsignedEntry,
  ...signers: readonly [SignerRole, PrivateSigningKey][]
): WaiverEntry => ({ ...entry, signatures: signers.map(([role, key]) => signEntry(entry, role, key)) });

export const waived = (over: Partial<UnsignedEntry> = {}): WaiverEntry => signedBy(unsigned(over), ['waive', alice]);

export const trusted = (key: PrivateSigningKey, name: string, ...roles: KeyRole[]) => ({ key, name, roles });

export const rules = (over: Partial<WaiverRules> = {}): WaiverRules => ({
  keys: [trusted(alice, 'Alice', 'waive'), trusted(bob, 'Bob', 'approve-waiver')],
  maxDays: 90,
  approval: 'none',
  ...over,
});

/** A waiver file as JSON, which is YAML too. */
export const fileOf = (...waivers: readonly unknown[]) => ({
  file: 'waivers.yaml',
  text: JSON.stringify({ schemaVersion: 1, waivers }, null, 1),
});

export const finding = (over: Partial<Finding> = {}): Finding => ({
  tool: 'ruff',
  rule: 'S1',
  category: 'sast',
  kind: 'fail',
  severity: 'high',
  cwe: [],
  message: 'm',
  path: 'a.py',
  startLine: 1,
  fingerprint: 'f'.repeat(64),
  lineHash: 'a:1',
  ...over,
});
