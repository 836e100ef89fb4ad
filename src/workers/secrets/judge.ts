import type { NameKind } from './names.js';
import { isPlaceholder } from './placeholder.js';
import { entropy, looksRandom, variety } from './randomness.js';
import type { Syntax } from './syntax.js';

export interface Assignment {
  kind: NameKind;
  value: string;
  quoted: boolean;
  syntax: Syntax;
}

/** How sure it is that the value is a secret: chosen by a machine, by a person with some care, or a mere word. */
export type Confidence = 'random' | 'chosen' | 'word';

const EMPTY = /^(?:\$?\{?|[-_*.#x]*|true|false|yes|no|null|none|nil|undefined|\d{1,3})$/i;
const REFERENCE =
  /^(?:[./~$%&*@!{[(]|https?:|env[.:(]|process\.|os\.|secrets?\.|vars?\.|self\.|this\.|vault:|file:|arn:|ref\+|op:\/\/)|:\/\/|\(\)?$|^[A-Z][A-Z0-9]*(?:[_-][A-Z0-9]+)+$/;
const FILE_NAME =
  /\.(?:pem|key|p12|pfx|jks|crt|cer|pub|json|ya?ml|xml|txt|properties|ini|conf|py|js|ts|html?|png|svg|md|sh|com|org|net|io)$/i;
const INTERPOLATED = /\{[A-Za-z_.$]+\}|\$[A-Za-z_]{3}/;
/** The rest of a statement that joins strings: `'" + password + "'`. */
const JOINED = /^["'`]\s*[+.&,]|[+.&,]\s*["'`]$|\w\($/;
/** What forms, tests and manuals write for a password. */
const COMMON =
  /^(?:my|new|old|the|a|an|test|user|some|bad|good|wrong|valid|invalid|super|top|db|very)?[-_ ]?(?:pass(?:word|wd|phrase)?|pwd|pw|secret|test(?:er|ing)?|admin|user(?:name)?|root|guest|login|token|key|postgres(?:ql)?|mysql|mariadb|mongo(?:db)?|redis|rabbitmq|oracle|django|hash(?:ed)?|auth|credentials?|string|text|abcd?|abc123|qwerty|letmein|foo|bar|baz|hello|welcome|correct|wrong|invalid)(?:[-_ ]?(?:word|pass|key|value|string|token|\d{1,8}))?[!@#]?$/i;
const BASE64 = /^[A-Za-z0-9+/_-]{8,}={0,2}$/;

/** `undefined`: the value is a placeholder, a reference to something else, or plain words. */
export function judge(assignment: Assignment): Confidence | undefined {
  const { kind, value, syntax } = assignment;
  if (EMPTY.test(value)) return undefined;
  if (syntax === 'store' && kind === 'password' && !/^[$<{%]/.test(value)) return isStored(value);
  if (isDense(value)) return 'random';
  if (/\s/.test(value) || isPlaceholder(value) || INTERPOLATED.test(value) || isReference(value)) return undefined;
  if (!assignment.quoted && /\w\(/.test(value)) return undefined;
  if (looksRandom(value) || isUserAndPassword(value)) return 'random';
  if (kind === 'secret' || syntax === 'prose') return undefined;
  return chosen(assignment);
}

const isStored = (value: string): Confidence | undefined =>
  value.length < 3 ? undefined : looksRandom(value) ? 'random' : 'chosen';

function isReference(value: string): boolean {
  if (FILE_NAME.test(value) || JOINED.test(value)) return true;
  if (REFERENCE.test(value)) return variety(value) < 4 || !looksRandom(value);
  const parts = value.split(/[.:/]/);
  return parts.length > 1 && parts.every((part) => /^[A-Za-z_$][\w$-]*(?:\(.*)?$/.test(part) && !looksRandom(part));
}

/** Salts and keys drawn from all of ASCII, chance templates and spaces among them. */
function isDense(value: string): boolean {
  if (/[^\x20-\x7e]|\$\{[A-Za-z_.]+/.test(value)) return false;
  const symbols = value.replace(/[A-Za-z0-9\s]/g, '').length;
  return value.length >= 24 && symbols >= value.length * 0.15 && entropy(value) >= 4.2 && variety(value) === 4;
}

/** `user:password` in base64, as HTTP Basic and registry logins write it (RFC 7617). */
export function isUserAndPassword(value: string): boolean {
  if (!BASE64.test(value) || value.length % 4 === 1) return false;
  return /^[\x21-\x7e]+:[\x21-\x7e]{2,}$/.test(Buffer.from(value, 'base64').toString('latin1'));
}

function chosen({ value, quoted, syntax }: Assignment): Confidence | undefined {
  const config = syntax === 'config';
  if (COMMON.test(value)) return config && /[0-9]/.test(value) && value.length >= 8 ? 'chosen' : undefined;
  if (value.length < 6 || (!quoted && !config && value.length < 8)) return undefined;
  const hasLetter = /[A-Za-z]/.test(value);
  if (hasLetter && (/[0-9]/.test(value) || /[!@#$%^&*?+=~]/.test(value))) return 'chosen';
  return config && /^[a-z][A-Za-z_-]{5,}$/.test(value) ? 'word' : undefined;
}
