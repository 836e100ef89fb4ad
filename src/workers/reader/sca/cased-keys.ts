import { type Located, Malformed } from '../../sbom/located.js';
import { FORMS, type Shape } from './lockfile-fields.js';

/**
 * How many keys of a lockfile stand for a field in another case. Go takes such a key for the field: of several the last one in
 * JSON (pkg.go.dev/encoding/json, Unmarshal), any one in TOML (pkg.go.dev/github.com/BurntSushi/toml). Installers do not know
 * it: each would read another version. A text that cannot be read here has one.
 */
export function casedKeys(path: string, text: string): number {
  const form = FORMS.find(({ files }) => files.test(path));
  if (form === undefined) return 0;
  try {
    return casedIn(form.parse(text), form.shape);
  } catch (error) {
    if (error instanceof Malformed) return 1;
    throw error;
  }
}

function casedIn({ value }: Located, shape: Shape): number {
  if (Array.isArray(value)) return value.reduce((sum, item) => sum + casedIn(item, shape), 0);
  if (!(value instanceof Map)) return 0;
  return [...value].reduce((sum, [key, inner]) => sum + casedAt(key, inner, shape), 0);
}

function casedAt(key: string, inner: Located, shape: Shape): number {
  const known = shape['*'] ?? (Object.hasOwn(shape, key) ? shape[key] : undefined);
  if (known !== undefined) return casedIn(inner, known);
  return Object.keys(shape).some((field) => isCased(field, key)) ? 1 : 0;
}

const isCased = (field: string, key: string): boolean => field.length === key.length && folded(field) === folded(key);

/** A key as Go compares it with a field: U+017F and U+212A fold to letters too. */
export const folded = (key: string): string =>
  key
    .replace(/\u017f/g, 's')
    .replace(/\u212a/g, 'k')
    .toLowerCase();
