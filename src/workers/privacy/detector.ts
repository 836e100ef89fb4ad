import type { RuleLine } from '../lib/protocol.js';

export type Entity = 'email' | 'phone' | 'payment-card' | 'iban' | 'us-ssn';

/** A value in a text: UTF-16 offsets, the end exclusive. */
export interface Span {
  start: number;
  end: number;
}

/** A found value with up to `CONTEXT` characters on each side. */
export interface Candidate {
  value: string;
  before: string;
  after: string;
}

/** Values that are nobody's, and why that is known. */
export interface KnownValues {
  reason: string;
  matches(candidate: Candidate): boolean;
}

/** One kind of personal value. A detector is data and one pure function; `detect` does the rest. */
export interface Detector {
  /** Rule id. */
  id: string;
  name: string;
  entity: Entity;
  severity: RuleLine['severity'];
  cwe: string[];
  /** Constant text: a message built from the value would publish it. */
  message: string;
  remedy: string;
  /** Found values that are not reported. */
  leftOut: readonly KnownValues[];
  /** Found values that are reported with severity `low`. */
  lowered: readonly KnownValues[];
  /** Every candidate, each covering exactly the value. Linear in the length of `text`. */
  find(text: string): Span[];
}

/** Enough for `Please charge my credit card. Number is `, and for the scheme and user of a URL. */
const CONTEXT = 64;

export function candidateAt(text: string, { start, end }: Span): Candidate {
  return {
    value: text.slice(start, end),
    before: text.slice(Math.max(0, start - CONTEXT), start),
    after: text.slice(end, end + CONTEXT),
  };
}

/** The whole matches of a global pattern. */
export function matchSpans(text: string, pattern: RegExp): Span[] {
  return Array.from(text.matchAll(pattern), (match) => ({ start: match.index, end: match.index + match[0].length }));
}

export function digitsOf(value: string): string {
  return value.replace(/\D/g, '');
}
