import { candidateAt, type Detector, digitsOf, matchSpans } from '../detector.js';

/** SSA, "Social Security Number Randomization" (2011): no area 000, 666 or 9xx, no group 00, no serial 0000. */
const DASHED = /(?<![\p{L}\p{N}_]|\d-)(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\p{L}\p{N}_]|-\d)/gu;
/** Without dashes nine digits are anything; only a name before them makes them this number. */
const LOOSE = /(?<![\p{L}\p{N}_.])(?!000|666|9)\d{3}( ?)(?!00)\d{2}\1(?!0000)\d{4}(?![\p{L}\p{N}_]|\.\d)/gu;
const NAMED = /(?<![a-z])ssns?(?![a-z])|social[ _-]?security/i;

/** Printed on a wallet insert (1938), in a pamphlet (1940) and in an advertisement (2007); the SSA voided the first two. */
const PUBLISHED: ReadonlySet<string> = new Set(['078051120', '219099999', '457555462']);

export const ssn: Detector = {
  id: 'privacy-us-ssn',
  name: 'UsSocialSecurityNumber',
  entity: 'us-ssn',
  severity: 'high',
  cwe: ['CWE-359', 'CWE-312'],
  message: 'Number of the form and range of a US social security number',
  remedy: 'Remove the number; in tests use one that is never issued, such as an area from 900 on.',
  leftOut: [
    { reason: 'numbers made public long ago', matches: (c) => PUBLISHED.has(digitsOf(c.value)) },
    { reason: 'placeholders: 123-45-6789 or one digit repeated', matches: (c) => isPlaceholder(digitsOf(c.value)) },
  ],
  lowered: [],
  find(text) {
    const loose = matchSpans(text, LOOSE).filter((span) => NAMED.test(candidateAt(text, span).before));
    return [...matchSpans(text, DASHED), ...loose];
  },
};

function isPlaceholder(digits: string): boolean {
  return digits === '123456789' || /^(\d)\1+$/.test(digits);
}
