import * as z from 'zod';
import { isDate } from '../advisories/age.js';
import { toolId } from '../lib/category.js';
import { httpUrl, id, line } from '../lib/document/fields.js';
import { redact } from '../lib/redact.js';
import { base64 } from '../lib/signing/base64.js';
import { patternFlaw } from './path-pattern.js';

/** What the author says of the finding. */
export const WAIVER_STATUSES = ['accepted', 'false-positive', 'not-exploitable', 'mitigated'] as const;
export type WaiverStatus = (typeof WAIVER_STATUSES)[number];

/** Why a product is not affected: the labels of the VEX working group, as OpenVEX v0.2.0 writes them. */
export const JUSTIFICATIONS = [
  'component_not_present',
  'vulnerable_code_not_present',
  'vulnerable_code_not_in_execute_path',
  'vulnerable_code_cannot_be_controlled_by_adversary',
  'inline_mitigations_already_exist',
] as const;

/** Who signs an entry, named as the roles of keys in a policy. */
export const SIGNER_ROLES = ['approve-waiver', 'waive'] as const;
export type SignerRole = (typeof SIGNER_ROLES)[number];

/** What stands between the words of a text and the parts of a URL. */
const SEPARATORS = /[\s/?&=#,;:"'()]+/;

/** Entries go into the evidence word by word; signed, so nothing can be taken out of them later. */
const holdsSecret = (text: string): boolean =>
  /:\/\/[^\s/]*@/.test(text) || text.split(SEPARATORS).some((word) => redact(word) !== word);

const SECRET = { error: 'looks like it holds a secret, and would be in the evidence: leave it out, shorten long ids' };

const text = (max: number) => line(max).refine((value) => !holdsSecret(value), SECRET);

const date = () => z.string().refine(isDate, { error: 'expected a date such as 2026-01-31' });

const fingerprint = z
  .string()
  .regex(/^[0-9a-f]{64}$/, { error: 'expected a fingerprint: 64 hex digits in lower case' });

const path = line(1000).superRefine((value, context) => {
  const flaw = patternFlaw(value);
  if (flaw !== undefined) context.addIssue({ code: 'custom', message: flaw });
});

/** The canonical form of the purl specification; `@` of an npm scope is `%40`, as findings have it. */
const PURL = /^pkg:[a-z][a-z0-9.-]*(?:\/[^\s/@?#]+)+(?:@[^\s/@?#]+)?(?:\?[^\s#]+)?(?:#\S+)?$/;
const PURL_FORM = 'expected a package URL in canonical form, such as pkg:npm/%40scope/name@1.0.0';

const signature = z.strictObject({
  role: z.enum(SIGNER_ROLES).describe('As its author (`waive`) or as its approver.'),
  keyid: z
    .string()
    .regex(/^SHA256:[A-Za-z0-9+/]{43}$/, { error: 'expected a key id as `keygen` prints it' })
    .describe('The key that signed.'),
  sig: base64.max(200).describe('DSSE signature, base64.'),
});

const fields = {
  id: id().describe('Names the waiver in reports; unique in the file.'),
  fingerprint: fingerprint.describe('Covers the one finding that has this fingerprint.').exactOptional(),
  rule: z
    .strictObject({ tool: toolId, rule: line(255), path: path.describe('A path, or a pattern with `*` and `**`.') })
    .describe('Covers what one rule of one tool finds at a path.')
    .exactOptional(),
  vulnerability: z
    .strictObject({
      id: line(200).describe('Any name of the flaw, such as CVE-2021-23337.'),
      purl: z
        .string()
        .max(2000)
        .regex(PURL, { error: PURL_FORM })
        .describe('Package URL; without a version it covers every version.'),
    })
    .describe('Covers one flaw of one package.')
    .exactOptional(),
  status: z.enum(WAIVER_STATUSES).describe('What the author says of the finding.'),
  justification: z
    .enum(JUSTIFICATIONS)
    .describe('Why the product is not affected; for a vulnerability that is `not-exploitable` or a `false-positive`.')
    .exactOptional(),
  reason: text(2000).describe('Why the finding need not be mended now.'),
  risk: text(1000).describe('What can happen all the same.'),
  owner: text(200).describe('Who answers for it.'),
  followUp: httpUrl()
    .startsWith('https://', { error: 'expected a URL that starts with https://' })
    .refine((value) => !holdsSecret(value), SECRET)
    .describe('Where it is followed up.'),
  created: date().describe('Day on which it was made.'),
  expires: date().describe('First day on which it no longer counts.'),
};

const content = z.strictObject(fields);
/** An entry without its signatures: with `schemaVersion`, what is signed. */
export type UnsignedEntry = z.infer<typeof content>;

export const entrySchema = content
  .extend({ signatures: z.array(signature).max(2).describe('Of its author, and of its approver.') })
  .superRefine(checkTarget)
  .superRefine(checkJustification);
export type WaiverEntry = z.infer<typeof entrySchema>;
export type WaiverSignature = z.infer<typeof signature>;

/** A waiver file. */
export const waiversSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    waivers: z.array(entrySchema).superRefine(checkIds),
  })
  .describe('Exceptions from findings, each signed.');

/** JSON Schema of a waiver file, for editors. */
export const waiversJsonSchema = (): object => z.toJSONSchema(waiversSchema, { io: 'input' });

type Context = z.core.$RefinementCtx;

const TARGETS = ['fingerprint', 'rule', 'vulnerability'] as const;

function checkTarget(entry: UnsignedEntry, context: Context): void {
  if (TARGETS.filter((target) => entry[target] !== undefined).length === 1) return;
  context.addIssue({ code: 'custom', message: 'expected one of `fingerprint`, `rule`, `vulnerability`' });
}

function checkJustification({ vulnerability, status, justification }: UnsignedEntry, context: Context): void {
  const issue = (message: string) => context.addIssue({ code: 'custom', path: ['justification'], message });
  const notAffected = status === 'not-exploitable' || status === 'false-positive';
  if (justification !== undefined && (vulnerability === undefined || !notAffected))
    issue('belongs to a `vulnerability` whose status is `not-exploitable` or `false-positive`');
  if (justification === undefined && vulnerability !== undefined && status === 'not-exploitable')
    issue(`missing: expected one of ${JUSTIFICATIONS.map((label) => `\`${label}\``).join(', ')}`);
}

function checkIds(entries: readonly WaiverEntry[], context: Context): void {
  const seen = new Map<string, number>();
  for (const [i, { id: own }] of entries.entries()) {
    const first = seen.get(own);
    if (first === undefined) seen.set(own, i);
    else context.addIssue({ code: 'custom', path: [i, 'id'], message: `is the id of waivers[${first}] too` });
  }
}
