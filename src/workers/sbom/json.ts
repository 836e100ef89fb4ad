import { type Located, MAX_DEPTH, Malformed } from './located.js';

/**
 * Reads JSON with the line of each value. The engine's own parser holds the grammar (RFC 8259); the walk
 * after it only finds places. Throws `Malformed` for what is not JSON, for a key given twice in one object
 * (readers would disagree about which one counts) and beyond the depth limit.
 */
export function parseJson(text: string): Located {
  try {
    JSON.parse(text);
  } catch {
    throw new Malformed('not JSON');
  }
  return new Walk(text).value(0);
}

const NEWLINE = 10;
const QUOTE = 34;
const BACKSLASH = 92;
const LITERAL = /[-+.\w]+/y;

class Walk {
  #at = 0;
  #line = 1;

  constructor(readonly text: string) {}

  value(depth: number): Located {
    if (depth > MAX_DEPTH) throw new Malformed('nested too deeply');
    const start = this.#skipSpace();
    const line = this.#line;
    if (start === '{') return { line, value: this.#object(depth) };
    if (start === '[') return { line, value: this.#array(depth) };
    return { line, value: start === '"' ? this.#string() : this.#literal() };
  }

  #object(depth: number): Map<string, Located> {
    const entries = new Map<string, Located>();
    this.#at += 1;
    while (this.#skipSpace() !== '}') {
      if (this.text[this.#at] === ',') {
        this.#at += 1;
        this.#skipSpace();
      }
      const line = this.#line;
      const key = this.#string();
      this.#skipSpace();
      this.#at += 1;
      if (entries.has(key)) throw new Malformed('a key is given twice in one object');
      entries.set(key, { line, value: this.value(depth + 1).value });
    }
    this.#at += 1;
    return entries;
  }

  #array(depth: number): Located[] {
    const items: Located[] = [];
    this.#at += 1;
    while (this.#skipSpace() !== ']') {
      if (this.text[this.#at] === ',') this.#at += 1;
      items.push(this.value(depth + 1));
    }
    this.#at += 1;
    return items;
  }

  #string(): string {
    const from = this.#at;
    let at = from + 1;
    for (let code = this.text.charCodeAt(at); code !== QUOTE; code = this.text.charCodeAt(at)) {
      at += code === BACKSLASH ? 2 : 1;
    }
    this.#at = at + 1;
    return JSON.parse(this.text.slice(from, this.#at)) as string;
  }

  #literal(): number | boolean | null {
    LITERAL.lastIndex = this.#at;
    const literal = LITERAL.exec(this.text)?.[0] ?? '';
    this.#at += literal.length;
    return JSON.parse(literal) as number | boolean | null;
  }

  /** Moves to the next token, counting lines: JSON has no raw line break inside a string. */
  #skipSpace(): string | undefined {
    for (let code = this.text.charCodeAt(this.#at); code <= 32; code = this.text.charCodeAt(this.#at)) {
      if (code === NEWLINE) this.#line += 1;
      this.#at += 1;
    }
    return this.text[this.#at];
  }
}
