import type { LicenseExpression, LicenseTerm } from 'spdx-expression-parse';
import { baseId, CLASSES, classOf } from './classes.js';
import type { Config, Standing } from './config.js';
import { licensesIn, MAX_LENGTH, readLicense, termText } from './expression.js';

/** `allowed` by the configuration: weaker than any class. */
export type Judged = Standing | 'allowed';

/** Strictest first. In an AND, what is not known weighs more than what is harmless and less than what is known to bind. */
const STRICTNESS: readonly Judged[] = [
  'denied',
  'forbidden',
  'restricted',
  'reciprocal',
  'unknown',
  'notice',
  'permissive',
  'unencumbered',
  'allowed',
];
const rank = (one: Judged): number => STRICTNESS.indexOf(one);

const stricter = (a: Judged, b: Judged): Judged => (rank(a) <= rank(b) ? a : b);

/** A choice is worth its mildest branch, but nobody can choose one that is not known. */
function milder(a: Judged, b: Judged): Judged {
  if (a === 'unknown') return b;
  if (b === 'unknown') return a;
  return rank(a) >= rank(b) ? a : b;
}

/** Judges the licences that a file states for a package; several are a choice, none are `undeclared`. */
export function licenseJudge(config: Config): (stated: readonly string[]) => Judged {
  const ofTerm = termJudge(config);
  const known = new Map<string, Judged>();
  const ofText = (text: string): Judged => {
    const judged = known.get(text) ?? judgeText(text, ofTerm);
    known.set(text, judged);
    return judged;
  };
  return (stated) => (stated.length === 0 ? 'undeclared' : stated.map(ofText).reduce(milder));
}

type TermJudge = (term: LicenseTerm) => Judged;

function judgeText(text: string, ofTerm: TermJudge): Judged {
  const expression = readLicense(text);
  if (expression !== undefined) return judgeExpression(expression, ofTerm);
  const listed = judgeList(text, ofTerm);
  if (listed !== undefined) return listed;
  // Else a slip in the grammar, or a made-up exception, would take the weight from what is named.
  return licensesIn(text)
    .map((license) => ofTerm({ license }))
    .reduce(stricter, 'unknown');
}

/** `MIT/X11` and `MIT, ISC` do not say whether one of them is enough: all of them hold. */
function judgeList(text: string, ofTerm: TermJudge): Judged | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const read = text.split(/[/,;]/).map(readLicense);
  const known = read.filter((one) => one !== undefined);
  if (known.length < read.length) return undefined;
  return known.map((one) => judgeExpression(one, ofTerm)).reduce(stricter);
}

function judgeExpression(expression: LicenseExpression, ofTerm: TermJudge): Judged {
  if ('license' in expression) return ofTerm(expression);
  const [left, right] = [judgeExpression(expression.left, ofTerm), judgeExpression(expression.right, ofTerm)];
  return expression.conjunction === 'and' ? stricter(left, right) : milder(left, right);
}

function termJudge({ deny, allow, classes }: Config): TermJudge {
  // A ban on GPL-3.0 is one on GPL-3.0-or-later; leave for GPL-3.0-only is none for GPL-3.0-or-later.
  const denied = new Set(deny.map(baseId));
  const allowed = new Set(allow);
  const moved = new Map(
    [...CLASSES].reverse().flatMap((one) => (classes[one] ?? []).map((id) => [baseId(id), one] as const)),
  );
  return (term) => {
    const [base, text] = [baseId(term.license), termText(term)];
    if (denied.has(base) || denied.has(baseId(text))) return 'denied';
    if (allowed.has(text)) return 'allowed';
    return moved.get(base) ?? classOf(term.license) ?? 'unknown';
  };
}
