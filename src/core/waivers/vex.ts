import type { Waiver } from './admit.js';
import type { JUSTIFICATIONS } from './entry.js';
import type { WaivedFlaw } from './uses.js';

type Justification = (typeof JUSTIFICATIONS)[number];

/** One flaw as a VEX statement is about it: by its best known name, with every package that one waiver covered. */
export interface WaivedVulnerability {
  waiver: Waiver;
  name: string;
  aliases: readonly string[];
  purls: readonly string[];
}

/** Puts together what one waiver says of one flaw; sorted by the waiver's id, then the name. */
export function waivedVulnerabilities(flaws: readonly WaivedFlaw[]): WaivedVulnerability[] {
  const groups = new Map<string, { waiver: Waiver; name: string; ids: Set<string>; purls: Set<string> }>();
  for (const { waiver, ids, purl } of flaws) {
    const name = waiver.vulnerability?.id ?? ids.find((id) => id.startsWith('CVE-')) ?? ids[0] ?? '';
    const key = `${waiver.id}\0${name}`;
    const group = groups.get(key) ?? { waiver, name, ids: new Set(), purls: new Set() };
    for (const id of ids) group.ids.add(id);
    if (purl !== undefined) group.purls.add(purl);
    groups.set(key, group);
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { waiver, name, ids, purls }]) => {
      const aliases = [...ids].filter((id) => id !== name).sort();
      return { waiver, name, aliases, purls: [...purls].sort() };
    });
}

/** What a waiver says, as one text for documents that have no fields for it. */
export const waiverNote = ({ id, reason, risk, owner, followUp, expires }: Waiver): string =>
  [reason, `Risk: ${risk}`, `Owner: ${owner}`, `Waiver ${id}, until ${expires}: ${followUp}`].map(sentence).join(' ');

const sentence = (text: string): string => (/[.!?]$|https:\S*$/.test(text) ? text : `${text}.`);

/** CycloneDX 1.6, `vulnerabilities[].analysis`. */
export interface CycloneDxAnalysis {
  state: 'exploitable' | 'false_positive' | 'not_affected';
  justification?: 'code_not_present' | 'code_not_reachable' | 'protected_by_mitigating_control';
  response?: readonly ['workaround_available'];
  detail: string;
}

/** CycloneDX has no word for what an adversary cannot control: there the detail alone says why. */
const CYCLONEDX: Readonly<Record<Justification, CycloneDxAnalysis['justification']>> = {
  component_not_present: 'code_not_present',
  vulnerable_code_not_present: 'code_not_present',
  vulnerable_code_not_in_execute_path: 'code_not_reachable',
  vulnerable_code_cannot_be_controlled_by_adversary: undefined,
  inline_mitigations_already_exist: 'protected_by_mitigating_control',
};

/** What a waiver says, in CycloneDX's words. An accepted or mitigated risk is a risk: the flaw stays exploitable. */
export function cycloneDxAnalysis(waiver: Waiver): CycloneDxAnalysis {
  const detail = waiverNote(waiver);
  const justification = waiver.justification && CYCLONEDX[waiver.justification];
  switch (waiver.status) {
    case 'accepted':
      return { state: 'exploitable', detail };
    case 'mitigated':
      return { state: 'exploitable', response: ['workaround_available'], detail };
    case 'false-positive':
      return { state: 'false_positive', ...(justification && { justification }), detail };
    case 'not-exploitable':
      return { state: 'not_affected', ...(justification && { justification }), detail };
  }
}

/**
 * Entries for `vulnerabilities` of a CycloneDX 1.6 document. `affects` names packages by purl, which is their `bom-ref`
 * in our SBOM; those that `isComponent` does not know are left out of it.
 */
export const cycloneDxVulnerabilities = (
  flaws: readonly WaivedFlaw[],
  isComponent: (purl: string) => boolean = () => true,
) =>
  waivedVulnerabilities(flaws).map(({ waiver, name, purls }) => ({
    'bom-ref': `waiver:${waiver.id}:${name}`,
    id: name,
    analysis: cycloneDxAnalysis(waiver),
    affects: purls.filter(isComponent).map((ref) => ({ ref })),
  }));
