import { SPDX } from '@cyclonedx/cyclonedx-library';

/** CycloneDX lists exceptions among the licences; these are the exceptions (spdx.org/licenses/exceptions). */
const EXCEPTION = /exception|syscall-note/i;
const LICENSE_WITH_EXCEPTION = /-with-/i;
const TOKEN = /\s*(\(|\)|[A-Za-z0-9.+-]+)/y;
const MAX_DEPTH = 50;

/**
 * The canonical form of an SPDX licence expression (SPDX 2.3, annex D) made of listed licences only; `undefined`
 * for anything else, such as `SEE LICENSE IN file` or a reference of one document.
 */
export function spdxExpression(text: string): string | undefined {
  const words = wordsOf(text);
  if (words === undefined) return undefined;
  const parser = new Expression(words);
  const result = parser.either(0);
  return parser.done ? result : undefined;
}

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
    const later = word.endsWith('+') && SPDX.fixupSpdxId(word) === undefined;
    const id = SPDX.fixupSpdxId(later ? word.slice(0, -1) : word);
    if (id === undefined || isException(id)) return undefined;
    const license = later ? `${id}+` : id;
    if (this.words[this.#at]?.toUpperCase() !== 'WITH') return license;
    const exception = SPDX.fixupSpdxId(this.words[this.#at + 1]);
    this.#at += 2;
    return exception !== undefined && isException(exception) ? `${license} WITH ${exception}` : undefined;
  }
}

const isException = (id: string): boolean => EXCEPTION.test(id) && !LICENSE_WITH_EXCEPTION.test(id);

/** True for an expression that is one licence of the list, without operators. */
export const isSpdxId = (expression: string): boolean => SPDX.isSupportedSpdxId(expression);
