/**
 * GitHub's line hash (`primaryLocationLineHash`): a rolling polynomial hash, base 37 modulo 2^64, over windows of
 * 100 characters that skip spaces, tabs and the LF of a CRLF. Source: github/codeql-action, src/fingerprints.ts.
 */
const WINDOW = 100;
const BASE = 37;
const WORD = 2 ** 32;
const END_OF_FILE = 65535;
const [TAB, LF, CR, SPACE] = [9, 10, 13, 32];

/** 37^100 modulo 2^64, as two 32-bit words, so that no step needs big integers. */
const TOP = BigInt.asUintN(64, BigInt(BASE) ** BigInt(WINDOW));
const TOP_HIGH = Number(TOP >> 32n);
const TOP_LOW = Number(TOP & 0xffffffffn);

/** The hash of each line as `<hex>:<occurrence>`; index 0 is line 1. */
export function lineHashes(text: string): string[] {
  const hashes: string[] = [];
  const seen = new Map<string, number>();
  const window = new Uint16Array(WINDOW);
  const pending = new Int32Array(WINDOW);
  let [high, low, index, line, lineStart, previousCr] = [0, 0, 0, 0, true, false];

  const emit = () => {
    const value = ((BigInt(high) << 32n) | BigInt(low)).toString(16);
    const count = (seen.get(value) ?? 0) + 1;
    seen.set(value, count);
    hashes[(pending[index] ?? 0) - 1] = `${value}:${count}`;
    pending[index] = 0;
  };
  const push = (code: number) => {
    const oldest = window[index] ?? 0;
    window[index] = code;
    const lowSum = BASE * low + code - TOP_LOW * oldest;
    const carry = Math.floor(lowSum / WORD);
    low = lowSum - carry * WORD;
    const highSum = BASE * high + carry - TOP_HIGH * oldest;
    high = highSum - Math.floor(highSum / WORD) * WORD;
    index = (index + 1) % WINDOW;
  };
  const take = (character: number) => {
    if (character === SPACE || character === TAB || (previousCr && character === LF)) {
      previousCr = false;
      return;
    }
    previousCr = character === CR;
    const code = previousCr ? LF : character;
    if (pending[index] !== 0) emit();
    if (lineStart) {
      line += 1;
      pending[index] = line;
    }
    lineStart = code === LF;
    push(code);
  };

  for (let i = 0; i < text.length; i += 1) take(text.charCodeAt(i));
  take(END_OF_FILE);
  for (let i = 0; i < WINDOW; i += 1) {
    if (pending[index] !== 0) emit();
    push(0);
  }
  return hashes;
}
