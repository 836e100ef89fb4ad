import { digestOf } from '../../lib/digest.js';
import type { Waiver } from '../../waivers/admit.js';
import type { WaivedFlaw } from '../../waivers/uses.js';
import { type WaivedVulnerability, waivedVulnerabilities, waiverNote } from '../../waivers/vex.js';

/** The predicate type that cosign and others know OpenVEX documents by. */
export const OPENVEX_PREDICATE = 'https://openvex.dev/ns';

const CONTEXT = 'https://openvex.dev/ns/v0.2.0';

/** Documents are named by their content; nothing answers at the address. */
const NAMESPACE = 'https://npmjs.com/package/certus-security-scan/vex';

export interface OpenVexContext {
  /** Person or organisation that issues the document. */
  author: string;
  /** RFC 3339; an input, so that the same evidence gives the same document. */
  timestamp: string;
  /** Of the program that made the evidence, which may be another than the one that verifies it. */
  version: string;
  /** IRI of what was scanned, such as its package URL. */
  product: string;
}

/**
 * An OpenVEX v0.2.0 document of what waivers say of flaws in dependencies; undefined when they say nothing of any, for
 * a document needs a statement. An expired or unused waiver says nothing.
 */
export function openVex(flaws: readonly WaivedFlaw[], { author, timestamp, version, product }: OpenVexContext) {
  const statements = waivedVulnerabilities(flaws).map((flaw) => statementOf(flaw, product));
  if (statements.length === 0) return undefined;
  const tooling = `certus-security-scan ${version}`;
  const content = { author, timestamp, version: 1, tooling, statements };
  return { '@context': CONTEXT, '@id': `${NAMESPACE}/${digestOf(content)}`, ...content };
}

const statementOf = ({ waiver, name, aliases, purls }: WaivedVulnerability, product: string) => ({
  vulnerability: { name, ...(aliases.length > 0 && { aliases }) },
  timestamp: `${waiver.created}T00:00:00Z`,
  products: [{ '@id': product, ...(purls.length > 0 && { subcomponents: purls.map(subcomponentOf) }) }],
  ...impactOf(waiver),
});

const subcomponentOf = (purl: string) => ({ '@id': purl, identifiers: { purl } });

/**
 * An accepted or mitigated risk is a risk, so the product is affected. The schema takes a justification or an impact
 * statement, never both.
 */
function impactOf(waiver: Waiver) {
  const note = waiverNote(waiver);
  switch (waiver.status) {
    case 'accepted':
    case 'mitigated':
      return { status: 'affected', action_statement: note };
    case 'false-positive':
    case 'not-exploitable':
      return waiver.justification === undefined
        ? { status: 'not_affected', impact_statement: note }
        : { status: 'not_affected', justification: waiver.justification, status_notes: note };
  }
}
