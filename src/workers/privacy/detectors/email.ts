import type { Candidate, Detector, Span } from '../detector.js';

/** RFC 5321, 4.5.3.1: 64 octets of local part, 255 of domain. */
const MAX_LOCAL = 64;
const MAX_DOMAIN = 255;

/** The characters seen in practice; RFC 5322 allows more (`=`, `/`, `'`), which in files are nearly always syntax around an address. */
const LOCAL = /[\p{L}\p{N}._+-]/u;
const DOMAIN = new RegExp(`[\\p{L}\\p{N}.-]{1,${MAX_DOMAIN}}`, 'uy');
const LABEL = /^[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?$/u;
const TOP_LEVEL = /^(?:\p{L}{2,24}|xn--[a-z0-9-]{2,59})$/iu;

/** `"\nbob@…"` in source code: the letter belongs to the escape, not to the address. */
const ESCAPE_TAIL = /^(?:u[0-9a-f]{4}|x[0-9a-f]{2}|[nrtbfv])/i;

/** RFC 2606 and 6761 reserve these; `.local` (RFC 6762), `.internal` and `home.arpa` (RFC 8375) are never delivered to. */
const RESERVED_DOMAIN =
  /(?:^|\.)(?:example(?:\.(?:com|net|org|edu))?|test|invalid|localhost|local|internal|localdomain|home\.arpa)$/i;
const AUTOMATED = /^(?:no[._-]?reply|do[._-]?not[._-]?reply|mailer-daemon|bounces?)(?:[+._-].*)?$/i;
/** RFC 2142, sections 3 to 5. */
const FUNCTION_MAILBOX =
  /^(?:info|marketing|sales|support|abuse|noc|security|postmaster|hostmaster|usenet|news|webmaster|www|uucp|ftp)$/i;
/** Both halves must be stand-ins: `john@email.com` may be somebody's. */
const STAND_IN_LOCAL =
  /^(?:test|user|example|foo|bar|baz|you|your[._-]?(?:name|e?mail|id)|name|user[._-]?name|someone|somebody|e?mail|me|admin|from|to)(?:[._-]?user)?\d*$/i;
const STAND_IN_DOMAIN =
  /^(?:e?mail|test|user|(?:your|my)?-?(?:domain|company|site)|foo|bar|baz|website|host|server)\d?\.(?:com|net|org)$/i;
const FILE_SUFFIX =
  /\.(?:png|jpe?g|gif|svg|webp|avif|ico|bmp|pdf|css|scss|less|js|mjs|cjs|jsx|ts|tsx|json|html?|xml|ya?ml|txt|woff2?|ttf|eot|map|tgz|gz|jar|dll|exe|so|dylib|service)$/i;

const local = ({ value }: Candidate) => value.slice(0, value.lastIndexOf('@'));
const domain = ({ value }: Candidate) => value.slice(value.lastIndexOf('@') + 1);

export const email: Detector = {
  id: 'privacy-email',
  name: 'EmailAddress',
  entity: 'email',
  severity: 'low',
  cwe: ['CWE-359'],
  message: 'E-mail address that may belong to a person',
  remedy:
    'Remove the address, or replace it with one at example.com. If it was published by mistake, rewrite the history too.',
  leftOut: [
    {
      reason: 'reserved or never delivered domains (RFC 2606, 6761, 6762, 8375)',
      matches: (c) => RESERVED_DOMAIN.test(domain(c)),
    },
    { reason: 'senders that are programs, such as noreply', matches: isAutomated },
    { reason: 'function mailboxes (RFC 2142), such as security@', matches: (c) => FUNCTION_MAILBOX.test(local(c)) },
    {
      reason: 'stand-ins in both halves, such as user@domain.com',
      matches: (c) => STAND_IN_LOCAL.test(local(c)) && STAND_IN_DOMAIN.test(domain(c)),
    },
    { reason: 'logins in URLs and git remotes, such as git@host:path', matches: isLogin },
    { reason: 'file names such as icon@2x.png', matches: (c) => FILE_SUFFIX.test(c.value) },
    {
      reason: 'labels of the Kotlin language, such as this@Type.member',
      matches: (c) => /^(?:this|super|return)$/.test(local(c)),
    },
  ],
  lowered: [],
  find(text) {
    const spans: Span[] = [];
    for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
      const start = localStart(text, at);
      const end = domainEnd(text, at + 1);
      if (start < at && end > at) spans.push({ start, end });
    }
    return spans;
  },
};

function isAutomated(candidate: Candidate): boolean {
  return AUTOMATED.test(local(candidate)) || /(?:^|\.)noreply\./i.test(domain(candidate));
}

function isLogin({ value, before, after }: Candidate): boolean {
  return /:\/\/[^\s"'<>/?#]*$/.test(before) || (/^(?:git|hg|svn)@/i.test(value) && /^[:/]/.test(after));
}

/** Where the local part before `at` starts; `at` when there is none. */
function localStart(text: string, at: number): number {
  let start = at;
  while (start > 0 && at - start <= MAX_LOCAL && LOCAL.test(text.charAt(start - 1))) start -= 1;
  if (at - start > MAX_LOCAL) return at;
  if (text.charAt(start - 1) === '\\') start += ESCAPE_TAIL.exec(text.slice(start, at))?.[0].length ?? 0;
  while (start < at && /[.+-]/.test(text.charAt(start))) start += 1;
  return text.charAt(at - 1) === '.' || text.slice(start, at).includes('..') ? at : start;
}

/** Where the domain that starts at `from` ends; -1 when it is none. */
function domainEnd(text: string, from: number): number {
  DOMAIN.lastIndex = from;
  const host = DOMAIN.exec(text)?.[0].replace(/[.-]+$/, '') ?? '';
  const labels = host.split('.');
  const valid = labels.length > 1 && labels.every((label) => LABEL.test(label)) && TOP_LEVEL.test(labels.at(-1) ?? '');
  return valid ? from + host.length : -1;
}
