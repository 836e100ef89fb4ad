import { describe, expect, it } from 'vitest';
import { detect } from '../../../src/workers/privacy/detect.js';
import type { Entity } from '../../../src/workers/privacy/detector.js';
import { luhn } from '../../../src/workers/privacy/detectors/card.js';
import { mod97 } from '../../../src/workers/privacy/detectors/iban.js';
import { DETECTORS } from '../../../src/workers/privacy/detectors.js';

/** The values found in a text, each with its entity. */
const found = (text: string) =>
  detect(text, DETECTORS).map(({ entity, start, end }) => [entity, text.slice(start, end)]);
const only = (entity: Entity, value: string) => [[entity, value]];

/** Each line is one case: `[…]` marks the value that must be found, and nothing else may be. */
function cases(entity: Entity, lines: string): [string, string, unknown][] {
  return lines
    .trim()
    .split('\n')
    .map((line) => {
      const value = /\[\[(.*)\]\]/s.exec(line)?.[1];
      const text = line.replace(/\[\[|\]\]/g, '').replaceAll('⏎', '\n');
      return [line, text, value === undefined ? [] : only(entity, value)];
    });
}

describe('email', () => {
  it.each(
    cases(
      'email',
      `
nothing at @, a@, @b.se, a@b, a@b., a@.se, .@b.se, a@-b.se, a@b-.se, a@b.s
a..b@nordhemska-brev.se
a.@nordhemska-brev.se
a@b..se
${'x'.repeat(65)}@nordhemska-brev.se
me@example.com, me@mail.example.org, me@a.test, me@b.invalid, me@printer.local
noreply@nordhemska-brev.se, No-Reply@nordhemska-brev.se, 1+me@users.noreply.github.com
security@nordhemska-brev.se, Info@nordhemska-brev.se
git@nordhemska-brev.se:team/repo.git
https://me@host.nordhemska-brev.se/ and postgres://me:pw@db.nordhemska-brev.se
icon@2x.png icon@retina.svg
return this@Activity.finish()
npm i react@18.2.0
user@domain.com
<[[marta@nordhemska-brev.se]]>
mailto:[[marta@nordhemska-brev.se]]?subject=x
https://x.se/?to=[[marta@nordhemska-brev.se]]&x=1
"\\n[[marta@nordhemska-brev.se]]\\n"
"\\u003c[[marta@nordhemska-brev.se]]"
Write to [[marta@nordhemska-brev.se]].
[[m.l+orders_7@sub.nordhemska-brev.co.uk]]
[[müller@bücher-kranich.de]]
[[a@xn--bcher-kva.xn--p1ai]]
[[john@email.com]]
`,
    ),
  )('%s', (_, text, expected) => expect(found(text)).toEqual(expected));
});

describe('payment card', () => {
  it.each(
    cases(
      'payment-card',
      `
card 5550001112223336
card 1234567812345670
id_5550001112223335 and 5550001112223335x and 0.5550001112223335
sha 4111111111111111aaaa
41d3b8a0-4123-4567-8901-123456789012
uuid 12345678-4000-1234-9876-501712345678
matrix 4000 1234 9876 5017 4000 1234
time 4123456789011
part 501800112234
x,[[5550001112223335]],y
[[4000 1234 9876 5017]] 12/27
[[4000-1234-9876-5017]]
[[370012345678905]]
[[3700 123456 78905]]
[[3600 123456 7895]]
[[36001234567895]]
[[6200001122334454]]
my card [[4123456789011]]
credit card [[501800112234]]
cardNumber: "[[4000998877665544335]]"
`,
    ),
  )('%s', (_, text, expected) => expect(found(text)).toEqual(expected));

  it('reports a published test number as low', () => {
    const severities = ['4242424242424242', '4242 4242 4242 4242', '4000000760000002', '5550001112223335'].map(
      (number) => detect(number, DETECTORS)[0]?.severity,
    );
    expect(severities).toEqual(['low', 'low', 'low', undefined]);
  });

  it('computes the check digit of ISO/IEC 7812-1', () => {
    expect(luhn('79927398713')).toBe(true);
    expect([0, 1, 2, 4, 5, 6, 7, 8, 9].filter((digit) => luhn(`7992739871${digit}`))).toEqual([]);
  });
});

describe('IBAN', () => {
  it.each(
    cases(
      'iban',
      `
NL97NOBK0001234568
NL97NOBK000123456
NL97NOBK00012345670
XX97NOBK0001234567
xNL97NOBK0001234567
Nl97NOBK0001234567 and NL97noBK0001234567
NL97 NOBK0001234567
NL97 NOBK-0001-2345-67
[[NL97NOBK0001234567]]
account [[NL97 NOBK 0001 2345 67]] to
[[NL97-NOBK-0001-2345-67]],
iban=[[nl97nobk0001234567]]
[[MT19NOBK0000000000ABCDEFGHIJKLM]]
`,
    ),
  )('%s', (_, text, expected) => expect(found(text)).toEqual(expected));

  it('reports an example of the registry as low', () => {
    expect(detect('GB82 WEST 1234 5698 7654 32', DETECTORS)[0]?.severity).toBe('low');
  });

  it('agrees with ISO 7064 on the example of ISO 13616', () => {
    expect(mod97('GB82WEST12345698765432')).toBe(1);
    expect(mod97('GB82WEST12345698765433')).not.toBe(1);
  });
});

describe('US SSN', () => {
  it.each(
    cases(
      'us-ssn',
      `
000-12-3456, 666-12-3456, 900-12-3456, 812-00-3456, 812-34-0000
SSN 123-45-6789, 078-05-1120, 111-11-1111
5801-23-4567, 801-23-45678, 801-23-4567-8, 1-801-23-4567
order 834567890
processing 834567890
[[801-23-4567]]
SSN: [[834567890]]
social security number is [[845 67 8901]].
"user_ssn": "[[801-23-4567]]"
`,
    ),
  )('%s', (_, text, expected) => expect(found(text)).toEqual(expected));
});

describe('phone', () => {
  it.each(
    cases(
      'phone',
      `
(202) 555-0143, 1-800-555-0199, +1 202 555 0100
tel. 020 7946 0018, mobile 07700 900123, +44 1632 960001
phone: 123-456-7890 or 000-000-0000 or 1234567890
phone 2026-01-15, call 15.01.2026, tel 2016-2018, mobile 203.0.113.45, phone 12345.678
call 1299.99 or 12 or 123456
+999 12345678, +1 123
202-555-82730, 2202-555-8273, 101-555-8273
1234567 and 12 34 56 78
-- phone--2025558273x
call me on [[+46 70 174 06 05]] or so
tel:[[+46701740605]]
Desk: [[+49 (0)30 23125 001]]
[[202-555-8273]]
x,[[(202) 555-8273]],y
[[202.555.8273]].
[[(202) 555-8273 x214]]
Phone:⏎[[060-174 06 05]]
"phone_number": "[[2025558273]]"
[[060 174 06 05]] mobile
telephone 2, [[+61 491 570 156]] 7
`,
    ),
  )('%s', (_, text, expected) => expect(found(text)).toEqual(expected));
});
