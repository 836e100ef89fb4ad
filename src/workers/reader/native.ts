import { canonicalJson } from '../../core/lib/canonical.js';
import { cleanLine } from './clean.js';
import { reportedName } from './names.js';
import type { Index } from './normalise.js';

const MAX_TEXT = 4000;

/**
 * A tool's own report as it may be kept: without the members that vary or quote secrets, every text masked, every path the
 * repository's, every list sorted. The same findings give the same bytes, in whatever order the tool told them.
 */
export function nativeReport(report: unknown, drop: readonly string[], index: Index): string {
  const dropped = new Set(drop);
  const clean = (value: unknown): unknown => {
    if (typeof value === 'string') return textOf(value, index);
    if (Array.isArray(value)) return sorted(value.map(clean));
    if (typeof value !== 'object' || value === null) return value;
    const members = Object.entries(value).filter(([name]) => !dropped.has(name));
    return Object.fromEntries(members.map(([name, member]) => [textOf(name, index), clean(member)]));
  };
  return canonicalJson(clean(report));
}

function textOf(text: string, index: Index): string {
  const file = index.get(reportedName(text));
  return file?.path ?? cleanLine(text, MAX_TEXT);
}

function sorted(values: readonly unknown[]): unknown[] {
  const keyed = values.map((value) => ({ value, key: canonicalJson(value) }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ value }) => value);
}
