/** Finds every place where one of many words ends, ASCII case folded, in one pass over the bytes. */
export interface KeywordScanner {
  scan(bytes: Uint8Array, onHit: (word: number, end: number) => void): void;
}

const fold = (byte: number): number => (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte);

/** Aho & Corasick, "Efficient string matching", CACM 18(6), 1975, as a full transition table over the bytes in use. */
export function keywordScanner(words: readonly string[]): KeywordScanner {
  const { classOf, width } = byteClasses(words);
  const trie = buildTrie(words, classOf, width);
  const { next, outputs } = complete(trie, width);
  return {
    scan(bytes, onHit) {
      let state = 0;
      for (let i = 0; i < bytes.length; i++) {
        state = next[state * width + (classOf[bytes[i] ?? 0] ?? 0)] ?? 0;
        const found = outputs[state];
        if (found !== undefined) for (const word of found) onHit(word, i + 1);
      }
    },
  };
}

/** Class 0 is every byte that is in no word. */
function byteClasses(words: readonly string[]): { classOf: Uint8Array; width: number } {
  const classOf = new Uint8Array(256);
  let width = 1;
  for (const byte of Buffer.from(words.join(''), 'latin1')) {
    if (classOf[fold(byte)] === 0) classOf[fold(byte)] = width++;
  }
  for (let byte = 0x41; byte <= 0x5a; byte++) classOf[byte] = classOf[fold(byte)] ?? 0;
  return { classOf, width };
}

interface Trie {
  /** `next[state * width + class]`; 0 where there is no edge. */
  next: number[];
  outputs: (number[] | undefined)[];
}

function buildTrie(words: readonly string[], classOf: Uint8Array, width: number): Trie {
  const next: number[] = new Array<number>(width).fill(0);
  const outputs: (number[] | undefined)[] = [undefined];
  words.forEach((word, index) => {
    let state = 0;
    for (const byte of Buffer.from(word, 'latin1')) {
      const edge = state * width + (classOf[byte] ?? 0);
      if (!next[edge]) {
        next[edge] = outputs.length;
        outputs.push(undefined);
        for (let i = 0; i < width; i++) next.push(0);
      }
      state = next[edge] ?? 0;
    }
    outputs[state] = [...(outputs[state] ?? []), index];
  });
  return { next, outputs };
}

/** Breadth first, so that a state's failure state is already complete. */
function complete({ next, outputs }: Trie, width: number): { next: Uint16Array; outputs: Trie['outputs'] } {
  if (outputs.length > 0xffff) throw new RangeError('too many keywords');
  const fail = new Uint16Array(outputs.length);
  const queue = [...new Set(next.slice(0, width))].filter((state) => state !== 0);
  for (let head = 0; head < queue.length; head++) {
    const state = queue[head] ?? 0;
    const back = fail[state] ?? 0;
    const inherited = outputs[back];
    if (inherited !== undefined) outputs[state] = [...(outputs[state] ?? []), ...inherited];
    for (let symbol = 0; symbol < width; symbol++) {
      const target = next[state * width + symbol] ?? 0;
      const viaBack = next[back * width + symbol] ?? 0;
      if (target === 0) next[state * width + symbol] = viaBack;
      else {
        fail[target] = viaBack;
        queue.push(target);
      }
    }
  }
  return { next: Uint16Array.from(next), outputs };
}
