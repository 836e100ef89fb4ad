import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openVex } from '../../../../src/core/attest/predicates/openvex.js';
import type { Waiver } from '../../../../src/core/waivers/admit.js';
import { JUSTIFICATIONS, type UnsignedEntry, WAIVER_STATUSES } from '../../../../src/core/waivers/entry.js';
import { unsigned } from '../../waivers/support.js';

/** What openvex_json_schema.json of the specification (v0.2.0) demands. */
const component = {
  '@id': z.string().regex(/^\w+:\S+$/),
  identifiers: z.strictObject({ purl: z.string() }).optional(),
};
const statement = z
  .strictObject({
    vulnerability: z.strictObject({ name: z.string().min(1), aliases: z.array(z.string()).optional() }),
    timestamp: z.iso.datetime(),
    products: z.array(z.strictObject({ ...component, subcomponents: z.array(z.strictObject(component)).optional() })),
    status: z.enum(['not_affected', 'affected', 'fixed', 'under_investigation']),
    status_notes: z.string().optional(),
    justification: z.enum(JUSTIFICATIONS).optional(),
    impact_statement: z.string().optional(),
    action_statement: z.string().optional(),
  })
  .refine(({ status, justification, impact_statement }) =>
    status === 'not_affected' ? (justification === undefined) !== (impact_statement === undefined) : true,
  )
  .refine(({ status, action_statement }) => status !== 'affected' || action_statement !== undefined);
const document = z.strictObject({
  '@context': z.literal('https://openvex.dev/ns/v0.2.0'),
  '@id': z.url(),
  author: z.string(),
  timestamp: z.iso.datetime(),
  version: z.literal(1),
  tooling: z.string(),
  statements: z.array(statement).min(1),
});

const waiver = (over: Partial<UnsignedEntry>): Waiver => ({
  ...unsigned(over),
  signatures: [],
  author: { name: 'Alice', keyid: 'k' },
  approver: undefined,
});
const context = {
  author: 'Example',
  timestamp: '2026-06-15T00:00:00Z',
  version: '1.0.0',
  product: 'pkg:generic/shop@1.0.0',
};
const purl = 'pkg:npm/lodash@4.17.20';
const vulnerability = { id: 'CVE-2021-23337', purl };
const flawOf = (over: Partial<UnsignedEntry>) => ({
  waiver: waiver({ vulnerability, ...over }),
  ids: ['CVE-2021-23337', 'GHSA-35jh-r3h4-6jhm'],
  purl,
});

describe('an OpenVEX document', () => {
  it('is not there when waivers say nothing of a flaw', () => {
    expect(openVex([], context)).toBe(undefined);
  });

  it.each(WAIVER_STATUSES.flatMap((status) => [undefined, ...JUSTIFICATIONS].map((label) => [status, label] as const)))(
    'is one by the schema of the specification: %s, %s',
    (status, justification) => {
      const flaw = flawOf({ status, ...(justification && { justification }) });
      expect(() => document.parse(openVex([flaw], context))).not.toThrow();
    },
  );

  it('never says of an accepted or mitigated risk that it does not affect the product', () => {
    for (const status of ['accepted', 'mitigated'] as const)
      expect(openVex([flawOf({ status })], context)?.statements[0]?.status).toBe('affected');
  });

  it('names the flaw, the product and the package in it', () => {
    const flaw = flawOf({ status: 'not-exploitable', justification: 'vulnerable_code_not_present' });
    expect(openVex([flaw], context)?.statements).toEqual([
      {
        vulnerability: { name: 'CVE-2021-23337', aliases: ['GHSA-35jh-r3h4-6jhm'] },
        timestamp: '2026-06-01T00:00:00Z',
        products: [{ '@id': context.product, subcomponents: [{ '@id': purl, identifiers: { purl } }] }],
        status: 'not_affected',
        justification: 'vulnerable_code_not_present',
        status_notes: expect.stringContaining('Called with constants alone.'),
      },
    ]);
  });

  it('is the same for the same flaws in another order, and has another name when it says something else', () => {
    const flaws = [flawOf({ id: 'a' }), flawOf({ id: 'b', vulnerability: { id: 'GHSA-35jh-r3h4-6jhm', purl } })];
    expect(openVex([...flaws].reverse(), context)).toEqual(openVex(flaws, context));
    expect(openVex(flaws.slice(1), context)?.['@id']).not.toBe(openVex(flaws, context)?.['@id']);
  });
});
