import { looksRandom } from './randomness.js';

/** Whether a name promises a secret: `secret` for machine-made values, `password` for those that people choose. */
export type NameKind = 'secret' | 'password';

const set = (words: string): ReadonlySet<string> => new Set(words.split(' '));

const PASSWORDS = set('password passwd passwort passphrase pwd pass psk');
const SECRETS = set('secret token apikey credential credentials creds auth authorization salt bearer authtoken');
const ENDINGS: readonly [string, NameKind][] = [
  ['password', 'password'],
  ['passwd', 'password'],
  ['passphrase', 'password'],
  ['secret', 'secret'],
  ['token', 'secret'],
  ['apikey', 'secret'],
  ['accesskey', 'secret'],
  ['secretkey', 'secret'],
  ['privatekey', 'secret'],
  ['authkey', 'secret'],
];

/** `key` alone is a word of every data structure; after one of these it opens something. */
const KEY_OWNERS = set(
  'api access secret private auth authentication signing sign encryption encrypt crypto master admin app application account ' +
    'service license nonce security secure shared storage subscription client webhook in session cookie hmac aes ssh deploy ' +
    'write consumer server webapp rest jwt enterprise pass live prod stripe aws azure gcp github gitlab datadog heroku ' +
    'twilio sendgrid mailgun mailchimp mailchimpe algolia hubspot okta alibaba sumo openai firebase integration tenant',
);

/** Said after the secret word, the value is about the secret and is not the secret. */
const ABOUT = set(
  'id ids name names url urls uri path file filename dir directory folder field fields type types length len size count expiry ' +
    'expires expire expiration ttl lifetime age label title text placeholder help hint error errors message messages msg ' +
    'validator validators validation form forms view template regex pattern min max policy rule rules strength reset ' +
    'change changed required enabled disabled protected header headers prefix suffix param params parameter variable var ' +
    'ref reference version algorithm alg format encoding endpoint issuer audience scope scopes provider manager service ' +
    'store vault generator hasher hashers source index at list map set is has prompt page link button input icon ' +
    'column table row bits info model backend backends method handler date time created location arn selector mode ' +
    'status state usage description class style color css test_id kind valid invalid verify verified check checks ' +
    'login parser limit rotation period grant request response callback arg args argument',
);

/** Anywhere before it, the secret is public or no secret. */
const HARMLESS = set('public pub no without missing invalid wrong bad forgot forgotten reset page next continuation');

/** Splits `camelCase`, `SNAKE_CASE`, `kebab-case` and `dotted.names` into lower-case words. */
export function wordsOf(name: string): string[] {
  const parts = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').replace(/([A-Z])([A-Z][a-z])/g, '$1 $2');
  return parts
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

/** `undefined` where the name promises no secret value. */
export function kindOf(words: readonly string[]): NameKind | undefined {
  if (words.some((word) => HARMLESS.has(word) || /^[cx]srf/.test(word))) return undefined;
  for (let i = words.length - 1; i >= 0; i--) {
    const kind = wordKind(words[i] ?? '', words[i - 1]);
    if (kind !== undefined) return kind;
    if (ABOUT.has(words[i] ?? '')) return undefined;
  }
  return undefined;
}

/**
 * Whether a value is no more than a name of its own: lower-case words joined by separators, at least three of which stand in
 * the name that it is given, and at most one of which does not (`passed_view_restrictions_session_key =
 * "passed_page_view_restrictions"`, a key of a dictionary). Nobody draws such a value at random.
 */
export function repeatsName(value: string, name: readonly string[]): boolean {
  if (!/^[a-z]{2,20}(?:[_.-][a-z]{2,20}){2,}$/.test(value)) return false;
  const parts = value.split(/[_.-]/);
  const known = new Set(parts.filter((part) => name.includes(part)));
  const others = parts.filter((part) => !known.has(part));
  return known.size >= 3 && others.length <= 1 && !others.some(looksRandom);
}

function wordKind(word: string, before: string | undefined): NameKind | undefined {
  if (PASSWORDS.has(word)) return 'password';
  if (SECRETS.has(word)) return 'secret';
  if (word === 'key' || word === 'keys') return before !== undefined && KEY_OWNERS.has(before) ? 'secret' : undefined;
  return ENDINGS.find(([ending]) => word.endsWith(ending))?.[1];
}
