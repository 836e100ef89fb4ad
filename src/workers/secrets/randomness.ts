/** Shannon entropy in bits a character (Shannon 1948, section 6). */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

const HEX_OR_UUID = /^[0-9a-fA-F-]+$/;
const DIGITS = /^[0-9]+$/;
const SHORTEST = 10;

/** Whether a value looks drawn at random and not written by a person: the test of the generic rules. */
export function looksRandom(value: string): boolean {
  if (value.length < SHORTEST) return false;
  if (DIGITS.test(value)) return value.length >= 15 && entropy(value) >= 2.2;
  if (HEX_OR_UUID.test(value)) return value.length >= 16 && /[0-9]/.test(value) && entropy(value) >= 2.8;
  const floor = Math.max(2.8, Math.min(3.5, Math.log2(value.length) * 0.75));
  if (entropy(value) < floor) return false;
  const mixed = changes(value) / value.length;
  if (!/[0-9]/.test(value))
    return mixed >= (value.length >= 20 ? 0.2 : 0.35) || (value.length >= 12 && unpronounceable(value));
  if (!/[A-Za-z]/.test(value)) return false;
  return unpronounceable(value) || (mixed >= 0.18 && !isIdentifier(value));
}

type CharClass = 'lower' | 'upper' | 'digit' | 'other';

function classOf(char: string): CharClass {
  if (char >= 'a' && char <= 'z') return 'lower';
  if (char >= 'A' && char <= 'Z') return 'upper';
  return char >= '0' && char <= '9' ? 'digit' : 'other';
}

/** Changes of character class; a capital that begins a word counts once, not twice. */
function changes(value: string): number {
  let count = 0;
  let previous = classOf(value.charAt(0));
  for (const char of value.slice(1)) {
    const now = classOf(char);
    if (now !== previous && !(previous === 'upper' && now === 'lower')) count += 1;
    previous = now;
  }
  return count;
}

/** Words with a number after them, joined by separators: `oauth2-client`, `jjwt-jackson-0.11.2`. */
function isIdentifier(value: string): boolean {
  const parts = value.split(/[-_.:/ ]+/).filter((part) => part !== '');
  return parts.every((part) =>
    /^(?:[A-Za-z]?[a-z]{1,20}(?:[A-Z][a-z]{1,20}){0,8}[0-9]{0,4}|[A-Z]{2,}[0-9]{0,4}|v?[0-9]{1,8})$/.test(part),
  );
}

/** Five consonants in a row within one word: rare in names and prose, common in random letters. */
const unpronounceable = (value: string): boolean =>
  /[bcdfghjklmnpqrstvwxz]{5}|[BCDFGHJKLMNPQRSTVWXZ]{5}|[aeiou]{5}/.test(value);

/** The number of character classes in use: a person's password has two or more when it is any good. */
export const variety = (value: string): number => new Set(Array.from(value, classOf)).size;
