import type { Detector, Span } from '../detector.js';

/** Length by country: SWIFT, IBAN Registry (ISO 13616-2). */
const LENGTHS: ReadonlyMap<string, number> = new Map(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ' +
    'ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 ' +
    'LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 ' +
    'PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** Examples that the registry and bank manuals print; software uses them as sample data. */
const PUBLISHED: ReadonlySet<string> = new Set(
  (
    'GB29NWBK60161331926819 GB82WEST12345698765432 GB33BUKB20201555555555 DE89370400440532013000 ' +
    'DE75512108001245126199 FR1420041010050500013M02606 FR7630006000011234567890189 NL91ABNA0417164300 ' +
    'ES9121000418450200051332 CH9300762011623852957 BE68539007547034 AT611904300234573201 ' +
    'IT60X0542811101000000123456 SE4550000000058398257466 NO9386011117947 DK5000400440116243 FI2112345600000785 ' +
    'PL61109010140000071219812874 PT50000201231234567890154 IE29AIBK93115212345678'
  ).split(' '),
);

/** A start, and what may follow: one piece, or the paper format in fours with one kind of separator. */
const START = /(?<![A-Za-z0-9])(?:[A-Z]{2}|[a-z]{2})\d{2}(?=[ -]?[A-Za-z0-9])/g;
const LONGEST_ON_PAPER = 33 + 8;
const GROUPED = /^(?:[A-Za-z0-9]{4}([ -]))(?:[A-Za-z0-9]{4}\1)*[A-Za-z0-9]{1,4}$/;

const compact = (value: string) => value.replace(/[ -]/g, '').toUpperCase();

export const iban: Detector = {
  id: 'privacy-iban',
  name: 'InternationalBankAccountNumber',
  entity: 'iban',
  severity: 'medium',
  cwe: ['CWE-359', 'CWE-312'],
  message: 'International bank account number (IBAN) with a valid checksum',
  remedy: 'Remove the account number; in tests use an example of the IBAN registry.',
  leftOut: [],
  lowered: [{ reason: 'published examples of the IBAN registry', matches: (c) => PUBLISHED.has(compact(c.value)) }],
  find(text) {
    const spans: Span[] = [];
    for (const match of text.matchAll(START)) {
      const length = LENGTHS.get(match[0].slice(0, 2).toUpperCase());
      const end = length === undefined ? -1 : ibanEnd(text, match.index, length);
      if (end !== -1) spans.push({ start: match.index, end });
    }
    return spans;
  },
};

/** The end of an IBAN of `length` characters that starts at `start`; -1 when there is none. */
function ibanEnd(text: string, start: number, length: number): number {
  const window = text.slice(start, start + LONGEST_ON_PAPER + 1);
  const grouped = /[ -]/.test(window.charAt(4));
  const size = grouped ? length + Math.ceil(length / 4) - 1 : length;
  const value = window.slice(0, size);
  const formed = grouped ? GROUPED.test(value) : /^[A-Za-z0-9]+$/.test(value);
  const alone = value.length === size && !/[A-Za-z0-9]/.test(window.charAt(size));
  return formed && alone && oneCase(value) && mod97(compact(value)) === 1 ? start + size : -1;
}

/** Mixed case is base64, not an account number. */
function oneCase(value: string): boolean {
  return value === value.toUpperCase() || value === value.toLowerCase();
}

/** ISO 7064 MOD 97-10 over the rearranged IBAN, letters as 10 to 35 (ISO 13616-1, 6). */
export function mod97(compactIban: string): number {
  const rearranged = compactIban.slice(4) + compactIban.slice(0, 4);
  let rest = 0;
  for (const character of rearranged) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest;
}
