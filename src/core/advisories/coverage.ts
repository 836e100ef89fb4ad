import { ageInDays } from './age.js';
import { ecosystemsOf } from './ecosystems.js';
import { type AdvisoryKind, packLabel } from './kind.js';
import type { Pack } from './pack.js';

/** A file that cannot be judged for want of advisories; it is incomplete evidence, never a clean file. */
export interface Gap {
  path: string;
  detail: string;
}

export interface Coverage {
  covered: string[];
  gaps: Gap[];
}

/** What advisories must be. */
export interface Freshness {
  maxAgeDays: number;
  /** The date by which ages are judged, `YYYY-MM-DD`: an input of the run, so that a replay agrees. */
  asOf: string;
}

/** Splits the files of a step into those that its advisories cover and those that they do not; each is in one of them. */
export function coverage(
  kind: AdvisoryKind,
  files: readonly string[],
  packs: ReadonlyMap<string, Pick<Pack, 'newest'>>,
  freshness: Freshness,
): Coverage {
  const result: Coverage = { covered: [], gaps: [] };
  for (const path of files) {
    const detail = gapOf(kind, path, packs, freshness);
    if (detail === undefined) result.covered.push(path);
    else result.gaps.push({ path, detail });
  }
  return result;
}

/** Why a file is not covered; undefined when it is. */
function gapOf(
  kind: AdvisoryKind,
  path: string,
  packs: ReadonlyMap<string, Pick<Pack, 'newest'>>,
  freshness: Freshness,
): string | undefined {
  const names = kind === 'osv' ? ecosystemsOf(path) : [kind];
  if (names.length === 0) return 'no advisories are known for this kind of file';
  const reasons = names.map((name) => packGap(packLabel({ kind, name }), packs.get(name), freshness));
  return reasons.find((reason) => reason !== undefined);
}

const DOWNLOADED: readonly string[] = ['osv', 'retire'];

function packGap(label: string, pack: Pick<Pack, 'newest'> | undefined, { maxAgeDays, asOf }: Freshness) {
  const [kind = ''] = label.split('/');
  const how = DOWNLOADED.includes(kind) ? `update ${label}` : `import ${label} PATH`;
  const remedy = `\`security-scan advisories ${how}\``;
  if (pack === undefined) return `no advisories ${label}; ${remedy}`;
  const age = ageInDays(pack.newest, asOf);
  if (age <= maxAgeDays) return undefined;
  return `the advisories ${label} are ${age} days old, the policy allows ${maxAgeDays}; ${remedy}`;
}
