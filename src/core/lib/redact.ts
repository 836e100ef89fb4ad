import { isPlain } from './mask.js';

const REDACTED = '[redacted]';

/** Longer lines are cut: a tool that prints a minified file must not fill the log. UTF-16 units. */
export const LONGEST_LOG_LINE = 4096;

/** Every pattern begins at fixed text and has bounded repeats or one class, so that no input makes it slow. */
const PREFIXED =
  /(?<![A-Za-z0-9])(?:gh[pousr]_|github_pat_|gl[a-z]{2,5}-|xox[a-z][.-]|xapp-|sk-|[rs]k_(?:live|test)_|whsec_|npm_|pypi-|hf_|AIza|ya29\.|GOCSPX-|AKIA|ASIA|SG\.|shp[a-z]{2}_|do[opr]_v1_|hv[sbr]\.|dckr_|eyJ|dapi|pul-|EAAC|key-|SK[0-9a-f]{8})[A-Za-z0-9_.=+/~-]{8,}/g;
/** A password may hold a slash; a port before a path may not be taken for one. */
const URL_CREDENTIALS = /:\/\/(?:[^\s/"'<>]{1,256}|[^\s/:"'<>]{0,100}:(?![0-9]{1,5}\/)[^\s"'<>]{1,256})@/g;
const SCHEME = /\b(bearer|basic|digest|apikey) {1,4}[A-Za-z0-9+/=._~-]{6,}/gi;
const NAMED =
  /((?:pass(?:w(?:or)?d|phrase)?|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|account[_-]?key|_auth|authorization|bundle_|credentials?|cookie|sig)[A-Za-z0-9_-]{0,40}["'\\\]]{0,4}[ \t]{0,4}(?:=>|:=|={1,3}|:)[ \t]{0,4})("[^"]*"?|'[^']*'?|`[^`]*`?|[^\s,;&"'`<>)}]+)/gi;
/** What an option of a command is followed by. */
const OPTION =
  /(--?[A-Za-z-]{0,20}(?:password|passwd|token|secret|api-?key)[ \t]{1,4}|(?<![\w-])-u[ \t]{1,4}[^\s:]{1,100}:|identified by )[^\s-][^\s]*/gi;
const LONG = /[A-Za-z0-9+/=_.~$%-]{20,}/g;

/** What messages name bundles by: commit time, commit and digest. */
const BUNDLE_ID = /(?<![A-Za-z0-9])(?:0|[0-9]{8}T?[0-9]{6}Z?)-[0-9a-f]{8}-[0-9a-f]{8}(?![A-Za-z0-9])/g;

const BEGIN_KEY = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const END_KEY = '-----END ';

/**
 * Text of a tool or an error, fit for a log: private keys, tokens, credentials in URLs, values given to secret names and
 * long tokens that no person would write are `[redacted]`; lines over `LONGEST_LOG_LINE` are cut. Errs on the side of
 * redacting. Linear time; keeps the line structure outside of key blocks. `known` is a name that is public beside the
 * text, such as the id of its rule: where it stands alone it is no long token.
 */
export function redact(text: string, known?: string): string {
  return withoutKeyBlocks(text)
    .split('\n')
    .map((line) => redactLine(line, known))
    .join('\n');
}

function withoutKeyBlocks(text: string): string {
  const out: string[] = [];
  let at = 0;
  BEGIN_KEY.lastIndex = 0;
  for (let found = BEGIN_KEY.exec(text); found !== null; found = BEGIN_KEY.exec(text)) {
    out.push(text.slice(at, found.index), REDACTED);
    at = keyBlockEnd(text, BEGIN_KEY.lastIndex);
    BEGIN_KEY.lastIndex = at;
  }
  out.push(text.slice(at));
  return out.join('');
}

/** Without an end line all the rest is taken for key. */
function keyBlockEnd(text: string, from: number): number {
  const end = text.indexOf(END_KEY, from);
  if (end < 0) return text.length;
  const closing = text.indexOf('-----', end + END_KEY.length);
  return closing < 0 ? text.length : closing + '-----'.length;
}

function redactLine(line: string, known: string | undefined): string {
  return cut(line)
    .replace(URL_CREDENTIALS, `://${REDACTED}@`)
    .replace(SCHEME, `$1 ${REDACTED}`)
    .replace(NAMED, (found: string, name: string, value: string, at: number, whole: string) =>
      value === '[redacted' ||
      value === REDACTED ||
      isSetting(value, whole.slice(at + found.length, at + found.length + 2))
        ? found
        : name + quotedAs(value),
    )
    .replace(OPTION, `$1${REDACTED}`)
    .replace(PREFIXED, REDACTED)
    .replace(LONG, (token) => (token.replace(/\.$/, '') === known || isWords(token) ? token : REDACTED));
}

/** What a setting with a telling name may be given and nobody takes for a secret: `persist-credentials: false`. */
const isSetting = (value: string, next: string): boolean =>
  /^(?:true|false|null)$/.test(value) && /^(?:$|[\s)}]|[,;](?:$|\s))/.test(next);

/** Of `jQuery.htmlPrefilter` each hump is said by itself, and consonants that only meet there are no sign of chance. */
const isWords = (token: string): boolean => {
  const named = token.replace(BUNDLE_ID, '');
  return isPlain(named, named.replace(/(?<=[a-z]{3})(?=[A-Z][a-z]{2})/g, '.'));
};

const quotedAs = (value: string): string => {
  const quote = /^["'`]/.exec(value)?.[0] ?? '';
  return `${quote}${REDACTED}${quote}`;
};

/** Also drops the word at the cut: half a token is no longer known as one. */
function cut(line: string): string {
  if (line.length <= LONGEST_LOG_LINE) return line;
  const kept = line.slice(0, LONGEST_LOG_LINE);
  const blank = Math.max(kept.lastIndexOf(' '), kept.lastIndexOf('\t'));
  return `${kept.slice(0, Math.max(0, blank))} [cut]`;
}
