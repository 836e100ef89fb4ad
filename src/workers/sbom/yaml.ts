import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from 'yaml';
import { type Located, MAX_DEPTH, Malformed } from './located.js';

/** Values reached through aliases: workflows may use a few; a bomb has millions. */
const MAX_ALIASED = 10_000;

/** The library takes about 60 bytes of memory for each character. */
const MAX_LENGTH = 8 * 1024 * 1024;

/** The library looks for double keys in quadratic time: the conversion below does it instead. */
const OPTIONS = { schema: 'failsafe', prettyErrors: false, uniqueKeys: false } as const;

/**
 * Reads one YAML 1.2 document, every scalar as text (the failsafe schema: no tags, no merge keys, no dates).
 * Throws `Malformed` for anything but one well-formed document, keys given twice, and alias bombs or loops.
 */
export function parseYaml(text: string): Located {
  if (text.length > MAX_LENGTH) throw new Malformed(`over ${MAX_LENGTH} characters of YAML`);
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { ...OPTIONS, lineCounter: lines });
  if (!Array.isArray(documents) || documents.length !== 1) throw new Malformed('not one YAML document');
  const [document] = documents;
  if (!document || document.errors.length > 0) throw new Malformed('not YAML');
  return new Conversion(document, lines).node(document.contents, 0, false);
}

class Conversion {
  #aliased = 0;

  constructor(
    readonly document: Document.Parsed,
    readonly lines: LineCounter,
  ) {}

  node(node: unknown, depth: number, aliased: boolean): Located {
    if (depth > MAX_DEPTH) throw new Malformed('nested too deeply');
    if (aliased) this.#aliased += 1;
    if (this.#aliased > MAX_ALIASED) throw new Malformed('too many aliases');
    if (isAlias(node)) return this.node(node.resolve(this.document), depth + 1, true);
    if (isMap(node)) return { line: this.#line(node), value: this.#map(node.items, depth, aliased) };
    if (isSeq(node)) {
      return { line: this.#line(node), value: node.items.map((item) => this.node(item, depth + 1, aliased)) };
    }
    if (isScalar(node)) return { line: this.#line(node), value: typeof node.value === 'string' ? node.value : '' };
    if (node === null) return { line: 1, value: null };
    throw new Malformed('an alias without its anchor');
  }

  #map(items: readonly { key: unknown; value: unknown }[], depth: number, aliased: boolean): Map<string, Located> {
    const entries = new Map<string, Located>();
    for (const { key, value } of items) {
      if (!isScalar(key) || typeof key.value !== 'string') throw new Malformed('a key that is not text');
      if (entries.has(key.value)) throw new Malformed('a key is given twice in one table');
      entries.set(key.value, { line: this.#line(key), value: this.node(value, depth + 1, aliased).value });
    }
    return entries;
  }

  #line(node: Node): number {
    return this.lines.linePos(node.range?.[0] ?? 0).line || 1;
  }
}
