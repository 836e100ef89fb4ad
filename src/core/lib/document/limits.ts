/** Bounds of one document. A manifest is hostile: these hold before anything of it is interpreted. */
export const DOCUMENT_LIMITS = {
  /** Bytes of UTF-8. */
  bytes: 1024 * 1024,
  /** Mappings and lists inside one another. */
  depth: 32,
  /** Keys of all mappings together. */
  keys: 10_000,
  /** Mappings, lists and values together. */
  nodes: 100_000,
  /** Lexical tokens of a YAML document, which cost more than their bytes: 200k take about a second. */
  tokens: 200_000,
  /** UTF-16 code units of one string or key. */
  string: 64 * 1024,
  /** Problems listed for one document; the rest is counted. */
  problems: 100,
} as const;
