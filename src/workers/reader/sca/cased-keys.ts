const NPM = ['name', 'version', 'packages', 'dependencies', 'link', 'resolved'];
const FIELDS = new Set([...NPM, 'packages-dev', 'default', 'develop', '_meta']);

/** Lockfiles in JSON whose fields a tool written in Go reads. */
export const IN_JSON = /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|Pipfile\.lock|composer\.lock)$/;

/**
 * How many keys of such a lockfile stand for a field in another case. Go takes such a key for the field, and the last of
 * several (pkg.go.dev/encoding/json, Unmarshal); installers do not know it: each would read another version. A text that is
 * no JSON has one.
 */
export function casedKeys(text: string): number {
  let cased = 0;
  try {
    JSON.parse(text, (key, value) => {
      if (FIELDS.has(folded(key)) && !FIELDS.has(key)) cased += 1;
      return value;
    });
  } catch {
    return 1;
  }
  return cased;
}

/** U+017F and U+212A fold to letters too. */
const folded = (key: string): string =>
  key
    .replace(/\u017f/g, 's')
    .replace(/\u212a/g, 'k')
    .toLowerCase();
