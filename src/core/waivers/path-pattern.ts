/**
 * Paths of waivers: whole repository paths, `/` between names. `*` stands for any part of a name, `**` for any number of
 * folders; every other character stands for itself, so that `app/[id]/page.tsx` names a file. The tree chooses the paths
 * and their length, so matching takes time in proportion to path times pattern, which no regular expression promises.
 */

const ANY_FOLDERS = '**';

/** What is wrong with a path or pattern. */
export function patternFlaw(pattern: string): string | undefined {
  const names = pattern.split('/');
  if (names.some((name) => name === '' || name === '.' || name === '..'))
    return 'expected a path from the top of the repository, without `.`, `..` and empty names';
  if (names.some((name) => name.includes(ANY_FOLDERS) && name !== ANY_FOLDERS))
    return '`**` stands for whole folders: expected it between slashes';
  // What names nothing covers the whole tree.
  if (/^[*./]*$/.test(pattern)) return 'over-broad: a pattern of wildcards alone covers the whole tree';
  return undefined;
}

export const isPattern = (path: string): boolean => path.includes('*');

/** Matches whole paths; made once, asked for each finding. */
export function pathPattern(pattern: string): (path: string) => boolean {
  // What stands below a folder is at least one name.
  const names = pattern.endsWith('/**') ? [...pattern.split('/'), '*'] : pattern.split('/');
  const groups = grouped(names).map((group) => group.map(nameMatcher));
  // Most paths differ here already, which is cheap to see.
  const start = pattern.split('*', 1)[0] ?? '';
  return (path) => path.startsWith(start) && matchesGroups(groups, path.split('/'));
}

type NameMatcher = (name: string) => boolean;

/** The names between one `**` and the next. */
function grouped(names: readonly string[]): string[][] {
  const groups: string[][] = [[]];
  for (const name of names) {
    if (name === ANY_FOLDERS) groups.push([]);
    else groups.at(-1)?.push(name);
  }
  return groups;
}

/** The first group stands at the start, the last at the end; of those between, each at the first place where it fits. */
function matchesGroups(groups: readonly NameMatcher[][], names: readonly string[]): boolean {
  const [first = [], ...others] = groups;
  const last = others.pop();
  if (last === undefined) return names.length === first.length && fits(first, names, 0);
  const end = names.length - last.length;
  let at = first.length;
  if (at > end || !fits(first, names, 0) || !fits(last, names, end)) return false;
  for (const group of others) {
    while (at + group.length <= end && !fits(group, names, at)) at += 1;
    if (at + group.length > end) return false;
    at += group.length;
  }
  return true;
}

const fits = (group: readonly NameMatcher[], names: readonly string[], at: number): boolean =>
  group.every((matches, i) => matches(names[at + i] ?? ''));

/** The same within one name: parts between stars, the first at the start, the last at the end. */
function nameMatcher(pattern: string): NameMatcher {
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop();
  if (last === undefined) return (name) => name === first;
  return (name) => {
    const end = name.length - last.length;
    let at = first.length;
    if (at > end || !name.startsWith(first) || !name.endsWith(last)) return false;
    for (const part of others) {
      const found = name.indexOf(part, at);
      if (found < 0 || found + part.length > end) return false;
      at = found + part.length;
    }
    return true;
  };
}
