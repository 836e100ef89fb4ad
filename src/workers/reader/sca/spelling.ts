import { foldOf, type Spellings } from '../../../core/advisories/names.js';
import type { Sink } from '../adapter.js';
import type { Listed } from './uncompared.js';

/**
 * Whether a package has advisories under another spelling than the lockfile's: installers take either, and osv-scanner 2.5
 * compares letter for letter. Throws for an ecosystem with several spellings whose advisories were not given.
 */
export function spelledOtherwise(spellings: Spellings): (one: Listed) => boolean {
  const known = new Map(Object.entries(spellings).map(([name, all]) => [name, byFold(name, all)]));
  return ({ name, ecosystem }) => {
    const [base = ''] = ecosystem.split(':');
    const fold = foldOf(base);
    if (fold === undefined) return false;
    const same = known.get(base);
    if (same === undefined) throw new Error(`the names in the advisories of ${base} were not given`);
    return (same.get(fold(name)) ?? []).some((spelling) => spelling !== name);
  };
}

function byFold(ecosystem: string, names: readonly string[]): Map<string, string[]> {
  const fold = foldOf(ecosystem);
  const known = new Map<string, string[]>();
  if (fold === undefined) return known;
  for (const name of names) {
    const key = fold(name);
    const same = known.get(key);
    if (same === undefined) known.set(key, [name]);
    else same.push(name);
  }
  return known;
}

/** Records a lockfile with such packages as unread. */
export function tellSpelling(path: string, packages: readonly Listed[], sink: Sink): void {
  if (packages.length === 0 || !sink.files.some(({ name }) => name === path)) return;
  const detail = `${packages.length} packages have advisories under another spelling of their name, and the tool compares letter for letter`;
  sink.unread({ path, reason: 'unsupported', detail });
}
