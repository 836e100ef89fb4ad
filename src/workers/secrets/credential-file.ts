import { type Candidate, RANK } from './candidate.js';
import { isPlaceholder } from './placeholder.js';

/**
 * Files that are a secret by what they are: libpq's password file, the master key of Rails, key stores of PKCS#12 and
 * Java. `text`: the bytes as Latin-1.
 */
export function credentialFile(rule: string, path: string, text: string): Candidate[] {
  const base = path.slice(path.lastIndexOf('/') + 1);
  if (base === '.pgpass' || base === 'pgpass.conf') return lines(text).flatMap((line) => pgpass(rule, text, line));
  if (base === 'master.key') return masterKey(rule, text);
  if (KEY_STORE_NAME.test(base) && KEY_STORE.test(text.slice(0, 8))) {
    return [{ rule, start: 0, end: text.length, rank: RANK.keyBlock }];
  }
  return [];
}

const KEY_STORE_NAME = /\.(?:p12|pfx|jks|keystore)$/i;
/** A DER sequence with long length (X.690, 8.1.3.5), or Java's magic number. */
const KEY_STORE = /^(?:\x30[\x80-\x84]|\xfe\xed\xfe\xed)/;

function lines(text: string): { start: number; end: number }[] {
  const found: { start: number; end: number }[] = [];
  for (let start = 0; start < text.length; ) {
    const next = text.indexOf('\n', start);
    const end = next < 0 ? text.length : next;
    found.push({ start, end });
    start = end + 1;
  }
  return found;
}

/** `hostname:port:database:username:password`, where `\:` escapes (PostgreSQL manual, "The Password File"). */
function pgpass(rule: string, text: string, { start, end }: { start: number; end: number }): Candidate[] {
  const line = text.slice(start, end).replace(/\r$/, '');
  if (line.startsWith('#')) return [];
  let colons = 0;
  for (let i = 0; i < line.length; i++) {
    if (line[i] === '\\') i += 1;
    else if (line[i] === ':' && ++colons === 4 && i + 1 < line.length) {
      if (isPlaceholder(line.slice(i + 1))) return [];
      return [{ rule, start: start + i + 1, end: start + line.length, rank: RANK.assigned }];
    }
  }
  return [];
}

/** `config/master.key`: 16 bytes in hex (Rails guide, "Custom Credentials"). */
function masterKey(rule: string, text: string): Candidate[] {
  const key = /^\s{0,8}([0-9a-f]{32})\s{0,8}$/.exec(text.slice(0, 64));
  if (key?.[1] === undefined) return [];
  const start = text.indexOf(key[1]);
  return [{ rule, start, end: start + key[1].length, rank: RANK.assigned }];
}
