import parse, { type LicenseExpression, type LicenseTerm } from 'spdx-expression-parse';
import { namedLicense, spdxId } from './names.js';

/** The longest in use name some dozens of licences. The parser recurses, and reads in time quadratic in the length. */
export const MAX_LENGTH = 2000;
const MAX_DEPTH = 50;

/** All that an expression can hold (SPDX 2.3, annex D): the parser skips other characters where it looks for an id. */
const CHARACTERS = /^[A-Za-z0-9.+:() -]+$/;
const WORD = /[A-Za-z0-9.-]+/g;

/** Reads a licence as a file states it: an SPDX expression, or the name of one licence. `undefined` for anything else. */
export function readLicense(stated: string): LicenseExpression | undefined {
  const text = stated.trim();
  const named = namedLicense(text);
  if (named !== undefined) return { license: named };
  if (text.length > MAX_LENGTH || !CHARACTERS.test(text) || depthOf(text) > MAX_DEPTH) return undefined;
  try {
    return parse(text.replace(WORD, (word) => spdxId(word) ?? word));
  } catch {
    return undefined;
  }
}

/** Licences that a text names, whatever else it says. */
export const licensesIn = (text: string): string[] =>
  (text.match(WORD) ?? []).flatMap((word) => spdxId(word) ?? namedLicense(word) ?? []);

export const termText = ({ license, plus, exception }: LicenseTerm): string =>
  `${license}${plus ? '+' : ''}${exception === undefined ? '' : ` WITH ${exception}`}`;

function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const character of text) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}
