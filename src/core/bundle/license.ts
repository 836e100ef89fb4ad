import * as SPDX from '@cyclonedx/cyclonedx-library/SPDX';

/**
 * CycloneDX lists exceptions among the licences; these are the exceptions (spdx.org/licenses/exceptions), and the
 * withdrawn licences that name one, which validators no longer take.
 */
const EXCEPTION = /exception|syscall-note|^(?:GPL-CC-1\.0|LLGPL|SHL-2\.[01]|eCos-2\.0)$/i;
const TOKEN = /\s*(\(|\)|[A-Za-z0-9.+-]+)/y;
const MAX_DEPTH = 50;

/**
 * The canonical form of an SPDX licence expression (SPDX 2.3, annex D) made of listed licences only; `undefined`
 * for anything else, such as `SEE LICENSE IN file`, a reference of one document, or `+` behind a licence that the list
 * has only without it (allowed, but spdx-tools refuses it).
 */
export function spdxExpression(text: string): string | undefined {
  const words = wordsOf(text);
  if (words === undefined) return undefined;
  const parser = new Expression(words);
  const result = parser.either(0);
  return parser.done ? result : undefined;
}

/** `spdxExpression` of each text. */
export type Expressions = ReadonlyMap<string, string | undefined>;

/** Of all that packages state: few texts, which many packages share. */
export const spdxExpressions = (packages: readonly { licenses: readonly string[] }[]): Expressions =>
  new Map([...new Set(packages.flatMap(({ licenses }) => licenses))].map((text) => [text, spdxExpression(text)]));

function wordsOf(text: string): string[] | undefined {
  const words: string[] = [];
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < text.trimEnd().length; ) {
    const word = TOKEN.exec(text)?.[1];
    if (word === undefined) return undefined;
    words.push(word);
  }
  return words;
}

/** OR binds weaker than AND, AND weaker than WITH. Each method is a rule; `undefined` means that it does not match. */
class Expression {
  #at = 0;

  constructor(readonly words: readonly string[]) {}

  get done(): boolean {
    return this.#at === this.words.length;
  }

  either(depth: number): string | undefined {
    return this.#joined('OR', () => this.#joined('AND', () => this.#term(depth)));
  }

  #joined(operator: string, part: () => string | undefined): string | undefined {
    let result = part();
    while (result !== undefined && this.words[this.#at]?.toUpperCase() === operator) {
      this.#at += 1;
      const next = part();
      result = next === undefined ? undefined : `${result} ${operator} ${next}`;
    }
    return result;
  }

  #term(depth: number): string | undefined {
    const word = this.words[this.#at];
    this.#at += 1;
    if (word === undefined || depth > MAX_DEPTH) return undefined;
    if (word !== '(') return this.#license(word);
    const inner = this.either(depth + 1);
    const closed = this.words[this.#at] === ')';
    this.#at += 1;
    return inner !== undefined && closed ? `(${inner})` : undefined;
  }

  #license(word: string): string | undefined {
    const id = SPDX.fixupSpdxId(word);
    if (id === undefined || EXCEPTION.test(id)) return undefined;
    if (this.words[this.#at]?.toUpperCase() !== 'WITH') return id;
    const exception = SPDX.fixupSpdxId(this.words[this.#at + 1]);
    this.#at += 2;
    return exception !== undefined && EXCEPTION.test(exception) ? `${id} WITH ${exception}` : undefined;
  }
}

/** True for an expression that is one licence of the list, without operators. */
export const isSpdxId = (expression: string): boolean => SPDX.isSupportedSpdxId(expression);
