import type { Scope } from './listing.js';

const ORDER: readonly Scope[] = ['required', 'optional', 'development'];

/** The strongest of several scopes; `required` when none is known, so that nothing is played down. */
export const strongest = (scopes: readonly (Scope | undefined)[]): Scope =>
  ORDER.find((scope) => scopes.includes(scope)) ?? 'required';

/**
 * For lockfiles that name only what the project itself wants: a package's scope is the strongest of the roots
 * that it is reached from (required, then optional, then development). Keys that nothing reaches are absent.
 */
export function scopesFrom(
  roots: readonly { key: string; scope: Scope }[],
  needsOf: (key: string) => readonly string[],
): ReadonlyMap<string, Scope> {
  const scopes = new Map<string, Scope>();
  for (const scope of ORDER) {
    const waiting = roots.filter((root) => root.scope === scope).map((root) => root.key);
    for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
      if (scopes.has(key)) continue;
      scopes.set(key, scope);
      for (const need of needsOf(key)) waiting.push(need);
    }
  }
  return scopes;
}
