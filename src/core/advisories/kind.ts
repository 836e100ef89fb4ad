import { Refusal } from '../lib/errors.js';
import { didYouMean } from '../lib/suggest.js';

/** Forms of advisory data, each read by one scanner. */
export const ADVISORY_KINDS = ['osv', 'retire', 'trivy', 'grype'] as const;
export type AdvisoryKind = (typeof ADVISORY_KINDS)[number];

/**
 * Ecosystems that a pack of kind `osv` may hold, as https://ossf.github.io/osv-schema/#defined-ecosystems spells them.
 * The list is closed: a name becomes part of paths and addresses.
 */
export const ECOSYSTEMS = [
  'CRAN',
  'ConanCenter',
  'GitHub Actions',
  'Go',
  'Hackage',
  'Hex',
  'Maven',
  'NuGet',
  'Packagist',
  'Pub',
  'PyPI',
  'RubyGems',
  'SwiftURL',
  'crates.io',
  'npm',
] as const;
export type Ecosystem = (typeof ECOSYSTEMS)[number];

/** Which advisories a pack holds: for `osv` those of one ecosystem; for the other kinds all, and the name is the kind. */
export type PackName =
  | { kind: 'osv'; name: Ecosystem }
  | { kind: Exclude<AdvisoryKind, 'osv'>; name: Exclude<AdvisoryKind, 'osv'> };

/** All packs that there can be. */
export const PACK_NAMES: readonly PackName[] = [
  ...ECOSYSTEMS.map((name) => ({ kind: 'osv' as const, name })),
  ...(['retire', 'trivy', 'grype'] as const).map((kind) => ({ kind, name: kind })),
];

/** `osv/npm`, `retire`, … */
export const packLabel = ({ kind, name }: { kind: string; name: string }): string =>
  kind === name ? kind : `${kind}/${name}`;

/** Reads a label. Throws `Refusal` for any other text. */
export function parsePackName(text: string): PackName {
  const found = PACK_NAMES.find((pack) => packLabel(pack) === text);
  if (found !== undefined) return found;
  const labels = PACK_NAMES.map(packLabel);
  const remedy =
    text === 'osv'
      ? 'Name the ecosystem too, such as osv/npm.'
      : `Packs are osv/ECOSYSTEM (${ECOSYSTEMS.join(', ')}), retire, trivy and grype.`;
  throw new Refusal('usage', [{ message: `unknown advisory pack ${didYouMean(text, labels)}`, remedy }]);
}
