import { type Candidate, candidateAt, type Detector, digitsOf, matchSpans } from '../detector.js';

/** `plain`: a bare run of so many digits is specific enough; other lengths need groups or a word such as "card" before them. */
interface Network {
  prefix: RegExp;
  lengths: readonly number[];
  plain: readonly number[];
}

/** Issuer identification numbers (ISO/IEC 7812-1) as the networks publish them. */
const NETWORKS: readonly Network[] = [
  { prefix: /^4/, lengths: [13, 16, 19], plain: [16] }, // Visa
  { prefix: /^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, lengths: [16], plain: [16] }, // Mastercard
  { prefix: /^3[47]/, lengths: [15], plain: [15] }, // American Express
  { prefix: /^3(?:0[0-5]|095|[689])/, lengths: [14, 16, 19], plain: [14] }, // Diners Club
  { prefix: /^(?:6011|64[4-9]|65)/, lengths: [16, 19], plain: [16] }, // Discover
  { prefix: /^35(?:2[89]|[3-8])/, lengths: [16, 19], plain: [16] }, // JCB
  { prefix: /^35/, lengths: [16], plain: [] }, // the rest of JCB's block
  { prefix: /^(?:1800|2131)/, lengths: [15], plain: [] }, // JCB before 2006
  { prefix: /^62/, lengths: [16, 17, 18, 19], plain: [16] }, // UnionPay
  { prefix: /^(?:5[0678]|6)/, lengths: [12, 13, 14, 15, 16, 17, 18, 19], plain: [] }, // Maestro
];

/** Numbers that payment providers publish for tests. */
const PUBLISHED: ReadonlySet<string> = new Set(
  (
    '4242424242424242 4111111111111111 4012888888881881 4222222222222 4917610000000000 4000056655665556 ' +
    '5555555555554444 5105105105105100 5200828282828210 2223003122003222 378282246310005 371449635398431 ' +
    '378734493671000 6011111111111117 6011000990139424 6011981111111113 3056930009020004 36227206271667 ' +
    '30569309025904 38520000023237 3530111333300000 3566002020360505 6200000000000005 6205500000000000004 ' +
    '5019717010103742 6331101999990016'
  ).split(' '),
);
/** Stripe's family of outcomes and countries. */
const PUBLISHED_FAMILY = /^400000\d{3}000\d{4}$/;

const BARE = /(?<![\p{L}\p{N}_.+])\d{12,19}(?![\p{L}\p{N}_]|\.\d)/gu;
const FOURS =
  /(?<![\p{L}\p{N}_.+]|\d{4}[ -])\d{4}([ -])\d{4}\1\d{4}\1(?:\d{4}(?:\1\d{3})?|\d)(?![\p{L}\p{N}_]|\1\d{4}(?!\d))/gu;
const AMEX_OR_DINERS = /(?<![\p{L}\p{N}_.+]|\d{4}[ -])3\d{3}([ -])\d{6}\1\d{4,5}(?![\p{L}\p{N}_])/gu;

const CARD_WORD = /(?<!dis|wild|post)card|credit|debit|visa|maestro|amex|(?<![a-z])(?:cc|pan)(?![a-z])/i;

export const card: Detector = {
  id: 'privacy-payment-card',
  name: 'PaymentCardNumber',
  entity: 'payment-card',
  severity: 'high',
  cwe: ['CWE-359', 'CWE-312'],
  message: "Payment card number with a network's prefix and a valid check digit",
  remedy:
    "Remove the number and tell the card's owner; in tests use a number that the payment provider publishes for tests.",
  leftOut: [],
  lowered: [{ reason: 'numbers that payment providers publish for tests', matches: isPublished }],
  find(text) {
    const grouped = [FOURS, AMEX_OR_DINERS].flatMap((pattern) => matchSpans(text, pattern));
    const bare = matchSpans(text, BARE).filter((span) => standsAlone(candidateAt(text, span)));
    const passes = ({ start, end }: { start: number; end: number }) => luhn(digitsOf(text.slice(start, end)));
    const issued = grouped.filter(({ start, end }) => networksOf(digitsOf(text.slice(start, end))).length > 0);
    return [...issued, ...bare].filter(passes);
  },
};

function standsAlone({ value, before }: Candidate): boolean {
  const networks = networksOf(value);
  return networks.some(({ plain }) => plain.includes(value.length)) || (networks.length > 0 && CARD_WORD.test(before));
}

function networksOf(digits: string): Network[] {
  return NETWORKS.filter(({ prefix, lengths }) => lengths.includes(digits.length) && prefix.test(digits));
}

function isPublished({ value }: Candidate): boolean {
  const digits = digitsOf(value);
  return PUBLISHED.has(digits) || PUBLISHED_FAMILY.test(digits);
}

/** ISO/IEC 7812-1, annex B. */
export function luhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits.charAt(digits.length - 1 - index));
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
