/**
 * Parts of names that promise a secret. The rest of the name and what closes it may follow, then what assigns a value.
 * Wider than a scanner's list: masking too much only makes fingerprints coarser.
 */
const SECRET_NAME =
  /(?:pass(?:w(?:or)?d|phrase)?|pwd|psk|secret|token|key|auth\w{0,12}|credentials?|creds?|cookie|session|signature|salt|bearer|sig|pw)[\w.-]{0,40}(?: string)?["'`\])]{0,3} ?(?:[=:,>|]|\?=|->)/gi;

/** Environment variables and constants: what they are set to says nothing of the line's shape. */
const ENVIRONMENT = /(?:^| )[A-Z][A-Z0-9]{0,40}_[A-Z0-9_]{1,80} ?[=:]/g;

/** What a login option of a command or a line of netrc is followed by. */
const LOGIN =
  /(?:(?:^| )(?:-u|-p|--user|--proxy-user)|(?:^| )(?:password|passwd|login|account|bearer|basic|token)|(?:--?[\w-]{0,20}(?:password|token|secret|key)))(?:=| (?![=:]))/gi;

const TOKEN = /[A-Za-z0-9+/=_.~%$-]{5,}/g;
const DIGITS = /[0-9](?:[ .,:_/-]?[0-9]){3,}/g;
const WORD = /[^ ]+/g;

/**
 * The form of a source line from which fingerprints and line hashes are made. It keeps the line's shape and holds no
 * value: string literals, what is given to a credential's name, addresses, machine-made tokens and long numbers are each
 * `*`, and white space is one blank. Idempotent; time grows with the length.
 */
export function maskLine(line: string): string {
  let settled = line.replace(/\s+/g, ' ').trim();
  // A mask can bring two parts together that then are masked as one, so the form is the fixed point.
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const masked = maskOnce(settled);
    if (masked === settled) return masked;
    settled = masked;
  }
  return '*';
}

const MOST_ROUNDS = 6;

function maskOnce(line: string): string {
  const masked = [SECRET_NAME, ENVIRONMENT, LOGIN]
    .reduce(maskAfter, maskLiterals(line))
    .replace(WORD, (word) => (/@|:[^:]*:[^:]*:/.test(word) ? '*' : word))
    .replace(TOKEN, (token) => (isPlain(token) ? token : '*'))
    .replace(DIGITS, '*');
  return masked.replace(/\*(?: ?\*)+/g, '*').trim();
}

/** `"…"`, `'…'` and `` `…` `` become `"*"`; a literal that the line does not end reaches to its end. */
function maskLiterals(line: string): string {
  const out: string[] = [];
  for (let i = 0; i < line.length; i++) {
    const char = line.charAt(i);
    out.push(char);
    if (!/["'`]/.test(char)) continue;
    const end = literalEnd(line, i);
    if (end > i + 1) out.push('*');
    if (end < line.length) out.push(char);
    i = end;
  }
  return out.join('');
}

function literalEnd(line: string, start: number): number {
  const quote = line.charAt(start);
  for (let i = start + 1; i < line.length; i++) {
    if (line.charAt(i) === quote) return i;
    if (line.charAt(i) === '\\') i += 1;
  }
  return line.length;
}

/** Cuts the line after the pattern's first match that is followed by something. */
function maskAfter(line: string, pattern: RegExp): string {
  pattern.lastIndex = 0;
  const found = pattern.exec(line);
  if (found === null) return line;
  const end = found.index + found[0].length;
  return end < line.length ? `${line.slice(0, end)}*` : line;
}

/** A part of an identifier: words of one case, capitalised words, or a short number. */
const PLAIN_PART = /^(?:[a-z]+|[A-Z]+|[A-Za-z]?[a-z]+(?:[A-Z][a-z]+){0,6}[A-Z]?|[0-9]{1,3})?$/;
const NUMBERED = /^[A-Za-z]?[a-z]*[0-9]{0,3}$/;

/**
 * Whether a token is made of words, with short numbers, as names, paths and versions are. `spoken` is the token parted
 * where it is said in parts: six consonants in a row are none of a word's.
 */
export function isPlain(token: string, spoken = token): boolean {
  const parts = token.split(/[+/=_.~%$-]+/);
  if (/[^aeiouyAEIOUY\W\d_]{6}/.test(spoken)) return false;
  if (parts.every((part) => part.length < 20 && PLAIN_PART.test(part))) return true;
  return parts.every((part) =>
    part.length < 8 ? /^[A-Za-z]*[0-9]{0,3}$/.test(part) : part.length < 20 && NUMBERED.test(part),
  );
}
