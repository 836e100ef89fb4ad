import { type CountryCode, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { type Candidate, candidateAt, type Detector, digitsOf, matchSpans, type Span } from '../detector.js';

/*
 * The library's own text search (`findNumbers`) misses national formats and needs seconds on hostile input, so
 * patterns of bounded length find candidates, and the library judges those that state their country.
 */
const EXTENSION = '(?: ?(?:x|ext\\.?) ?\\d{1,6})?';
const INTERNATIONAL = new RegExp(
  `(?<![\\p{L}\\p{N}_+.])\\+\\d[\\d() .-]{5,22}\\d${EXTENSION}(?![\\p{L}\\p{N}_])`,
  'gu',
);
const NORTH_AMERICAN = new RegExp(
  `(?<![\\p{L}\\p{N}_.+(-])(?:1[-. ])?(?:\\([2-9]\\d{2}\\) ?|[2-9]\\d{2}[-.])[2-9]\\d{2}[-.]\\d{4}${EXTENSION}(?![\\p{L}\\p{N}_]|[-.]\\d)`,
  'gu',
);
const LABELLED = new RegExp(
  `(?<![\\p{L}\\p{N}_.+$(-])(?:\\+\\d|[(\\d])[\\d() .-]{5,22}\\d${EXTENSION}(?![\\p{L}\\p{N}_%])`,
  'gu',
);

/** What says that digits are a phone number: these words shortly before, a place name as a field name, or a kind right after. */
const LABEL_BEFORE =
  /(?:phone|telefon|t[ée]l[ée]fono?|(?<![a-z])(?:tel|mobile|mobil|cell|fax|sms|whatsapp|dial|call|answering)(?![a-z]))[^\d]{0,24}$/i;
const FIELD_BEFORE = /(?<![a-z])(?:desk|office|home|work|direct)["']?\s{0,2}[:=]\s{0,2}["']?$/i;
const LABEL_AFTER = /^[ -]{0,3}\(?(?:office|fax|mobile|cell|phone|desk)(?![a-z])/i;
/** A bare run of digits needs a label that names nothing else. */
const FIRM_BEFORE = /(?:phone|telefon|(?<![a-z])(?:tel|mobile|cell|fax|whatsapp)(?![a-z]))[^\d]{0,16}$/i;
const FIRM_AFTER = /^[ -]{1,3}\(?(?:fax|mobile|cell|phone)(?![a-z])/i;

export const phone: Detector = {
  id: 'privacy-phone',
  name: 'PhoneNumber',
  entity: 'phone',
  severity: 'low',
  cwe: ['CWE-359'],
  message: 'Phone number that may belong to a person',
  remedy: 'Remove the number; in examples use one that is reserved for fiction, such as 555-0100 to 555-0199.',
  leftOut: [
    {
      reason: 'numbers reserved for fiction: 555-0100 to 555-0199 (ATIS-0300115), UK drama numbers (Ofcom)',
      matches: isFictional,
    },
    { reason: 'placeholders: one digit repeated, or digits in order', matches: isPlaceholder },
  ],
  lowered: [],
  find(text) {
    const stated = matchSpans(text, INTERNATIONAL).flatMap((span) => validPart(text, span) ?? []);
    const american = matchSpans(text, NORTH_AMERICAN).filter(({ start, end }) => isValid(text.slice(start, end), 'US'));
    const labelled = matchSpans(text, LABELLED).filter((span) => isLabelled(candidateAt(text, span)));
    return [...stated, ...american, ...labelled];
  },
};

function isValid(value: string, country?: CountryCode): boolean {
  const options = country === undefined ? { extract: false } : { defaultCountry: country, extract: false };
  return parsePhoneNumberFromString(value, options)?.isValid() ?? false;
}

/** The longest valid start of the candidate: digits that follow a number may be another column. */
function validPart(text: string, { start, end }: Span): Span | undefined {
  for (let stop = end; stop > start; ) {
    const value = text.slice(start, stop);
    if (digitsOf(value).length < 8) return undefined;
    if (isValid(value)) return { start, end: stop };
    stop = start + value.replace(/[() .-]*[^() .-]+$/, '').length;
  }
  return undefined;
}

function isLabelled({ value, before, after }: Candidate): boolean {
  const number = value.replace(/ ?(?:x|ext).*$/, '');
  if (!isShapedAsPhone(number)) return false;
  const field = FIELD_BEFORE.test(before);
  if (/^\d+$/.test(number)) return number.length > 8 && (field || FIRM_BEFORE.test(before) || FIRM_AFTER.test(after));
  return field || LABEL_BEFORE.test(before) || LABEL_AFTER.test(after);
}

/** Seven to fifteen digits (ITU-T E.164, 6.2.1) in few groups, and no date, address or decimal number. */
function isShapedAsPhone(number: string): boolean {
  const digits = digitsOf(number).length;
  const groups = number.split(/[() .-]+/).filter((group) => group !== '').length;
  const balanced = number.replace(/[^()]/g, '').replace(/\(\)/g, '') === '';
  return (
    digits >= 7 &&
    digits <= 15 &&
    groups <= 7 &&
    balanced &&
    !/[.-]{2}| {2}|[-.] | [-.]/.test(number) &&
    !isOther(number)
  );
}

function isOther(number: string): boolean {
  const date =
    /^(?:(?:19|20)\d\d-(?:19|20)\d\d$|(?:19|20)\d\d([-. ])\d{1,2}\1\d{1,2}(?!\d)|\d{1,2}([-. ])\d{1,2}\2(?:19|20)\d\d$)/;
  const address = /^\d{1,3}(?:\.\d{1,3}){3}$/;
  const decimal = /^\d+\.\d+$/;
  return date.test(number) || address.test(number) || decimal.test(number);
}

/** The UK ranges: geographic 01632 960 and xxx 496 0, London, Cardiff, Belfast, Tyneside, mobile, freephone, premium, UK-wide. */
const UK_DRAMA =
  /^(?:44|0|440)(?:1632960\d{3}|1(?:1[3-8]|21|[3-6]1)4960\d{3}|2079460\d{3}|2920180\d{3}|2896496\d{3}|1914980\d{3}|7700900\d{3}|8081570\d{3}|9098790\d{3}|3069990\d{3})$/;

function isFictional({ value }: Candidate): boolean {
  const digits = digitsOf(value.replace(/ ?(?:x|ext).*$/, ''));
  return /^(?:1?\d{3})?55501\d\d$/.test(digits) || UK_DRAMA.test(digits);
}

function isPlaceholder({ value }: Candidate): boolean {
  const digits = digitsOf(value);
  return /^1?(\d)\1+$/.test(digits) || '01234567890123456'.includes(digits.replace(/^\+?1(?=123)/, ''));
}
