import * as z from 'zod';
import { toolId } from '../lib/category.js';

/** What a trusted key may vouch for. */
export const KEY_ROLES = ['scan', 'approve', 'waive', 'approve-waiver', 'manifest'] as const;

const trustedKey = z.strictObject({
  name: z.string().min(1).max(200).describe('Whose key it is; shown beside what it signed.'),
  roles: z
    .array(z.enum(KEY_ROLES))
    .min(1)
    .describe('What it may vouch for; for all else its signatures count nothing.'),
  publicKey: z.string().min(1).max(8192).describe('SPKI in PEM (`PUBLIC KEY`): Ed25519 or ECDSA P-256.'),
});

/** What an identity may vouch for: waivers and manifests are signed with keys. */
const IDENTITY_ROLES = ['scan', 'approve'] as const satisfies readonly KeyRole[];

const trustedIdentity = z.strictObject({
  name: z.string().min(1).max(200).describe('Whose identity it is; shown beside what was signed in it.'),
  roles: z.array(z.enum(IDENTITY_ROLES)).min(1).describe('What it may vouch for.'),
  issuer: z
    .string()
    .regex(/^https:\/\/[\x21-\x7e]{1,500}$/, 'expected the https address of an identity provider')
    .describe('The identity provider, exactly as certificates name it.'),
  subject: z
    .string()
    .regex(/^[\x21-\x7e]{1,2000}$/, 'expected the subject of a certificate, without spaces')
    .describe('The subject of the certificates, exactly: a workflow with its ref, or an e-mail address.'),
});

/** Whose signatures count. */
export const trust = z
  .strictObject({
    keys: z.array(trustedKey).max(100).default([]).describe('Keys whose signatures count, by role.'),
    identities: z
      .array(trustedIdentity)
      .max(100)
      .default([])
      .describe('Identities whose keyless signatures count, by role, for whoever verifies with a trusted root.'),
    manifestSignature: z
      .enum(['optional', 'required'])
      .default('optional')
      .describe('Whether a manifest must be signed by a key of the role `manifest`.'),
    commits: z
      .array(z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, 'expected the full id of a commit'))
      .max(1000)
      .default([])
      .describe('Commits that `--policy-from` may name by any ref; counts only in the operator’s own policy.'),
    unauthenticatedRef: z
      .enum(['allow', 'refuse'])
      .default('allow')
      .describe('What `--policy-from` means with a ref that is no full commit id.'),
    approvals: z
      .int()
      .nonnegative()
      .max(10)
      .default(0)
      .describe('Approvals that `verify --require-approval` demands; at least one.'),
  })
  .describe('Whom the operator trusts.');

/** What exceptions from findings must be. */
export const waivers = z
  .strictObject({
    maxDays: z
      .int()
      .positive()
      .max(3650)
      .default(90)
      .describe('Longest time for which a waiver may be given, in days from its making.'),
    maxFindings: z
      .int()
      .positive()
      .default(25)
      .describe('A waiver that covers more findings is over-broad, and fails the run.'),
    approval: z
      .enum(['none', 'other-key'])
      .default('none')
      .describe('Whether a waiver needs the signature of a second key, of the role `approve-waiver`.'),
    inSource: z
      .array(toolId)
      .default([])
      .describe('Tools whose suppressions in the source count as waivers; all others stay findings.'),
  })
  .describe('What exceptions must be.');

export type TrustedIdentity = z.infer<typeof trustedIdentity>;
export type TrustedKey = z.infer<typeof trustedKey>;
export type KeyRole = (typeof KEY_ROLES)[number];
