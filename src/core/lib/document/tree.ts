import { quote } from '../suggest.js';
import { DOCUMENT_LIMITS } from './limits.js';
import type { Problems } from './problems.js';

/** A parsed document in which every part knows its UTF-16 offset in the text. */
export type DocumentNode = ScalarNode | ListNode | MapNode;

export interface ScalarNode {
  kind: 'scalar';
  offset: number;
  value: string | number | boolean | null;
}

export interface ListNode {
  kind: 'list';
  offset: number;
  items: DocumentNode[];
}

export interface MapNode {
  kind: 'map';
  offset: number;
  entries: Map<string, { keyOffset: number; value: DocumentNode }>;
}

/** Assigning these changes what an object inherits instead of what it holds. */
const PROTOTYPE_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Makes the nodes of one document and holds its limits, the same for JSON and YAML. */
export interface TreeBuilder {
  scalar(offset: number, value: ScalarNode['value']): ScalarNode;
  /** `depth` is 1 for the outermost collection. */
  list(offset: number, depth: number): ListNode;
  map(offset: number, depth: number): MapNode;
  entry(map: MapNode, keyOffset: number, key: string, value: DocumentNode): void;
}

export function treeBuilder(problems: Problems): TreeBuilder {
  let nodes = 0;
  let keys = 0;
  const count = (offset: number) => {
    nodes += 1;
    if (nodes > DOCUMENT_LIMITS.nodes) throw problems.fatal(offset, `more than ${DOCUMENT_LIMITS.nodes} values`);
  };
  const collection = (offset: number, depth: number) => {
    count(offset);
    if (depth > DOCUMENT_LIMITS.depth) throw tooDeep(problems, offset);
  };
  return {
    scalar(offset, value) {
      count(offset);
      if (typeof value === 'string') checkString(problems, offset, value);
      return { kind: 'scalar', offset, value };
    },
    list(offset, depth) {
      collection(offset, depth);
      return { kind: 'list', offset, items: [] };
    },
    map(offset, depth) {
      collection(offset, depth);
      return { kind: 'map', offset, entries: new Map() };
    },
    entry(map, keyOffset, key, value) {
      keys += 1;
      if (keys > DOCUMENT_LIMITS.keys) throw problems.fatal(keyOffset, `more than ${DOCUMENT_LIMITS.keys} keys`);
      checkString(problems, keyOffset, key);
      if (PROTOTYPE_KEYS.has(key)) problems.add(keyOffset, `the key ${quote(key)} is not accepted`);
      else if (map.entries.has(key)) problems.add(keyOffset, `the key ${quote(key)} appears twice`);
      else map.entries.set(key, { keyOffset, value });
    },
  };
}

export const tooDeep = (problems: Problems, offset: number) =>
  problems.fatal(offset, `nested deeper than ${DOCUMENT_LIMITS.depth} levels`);

function checkString(problems: Problems, offset: number, value: string): void {
  if (value.length > DOCUMENT_LIMITS.string) {
    problems.add(offset, `a string of ${value.length} characters: expected at most ${DOCUMENT_LIMITS.string}`);
  }
  // UTF-8 cannot carry one, so no output could.
  if (/\p{Surrogate}/u.test(value)) problems.add(offset, 'an escape gives half of a surrogate pair');
}

/** The document as plain JavaScript values. */
export function plainValue(node: DocumentNode): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(plainValue);
  return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, plainValue(value)]));
}

/** The offset of what `path` names; of the innermost part that exists, if it names something absent. */
export const offsetOf = (root: DocumentNode, path: readonly PropertyKey[]): number => walk(root, path).offset;

/** The offset of a key in the mapping that `path` names. */
export function keyOffsetOf(root: DocumentNode, path: readonly PropertyKey[], key: string): number {
  const node = walk(root, path);
  return (node.kind === 'map' ? node.entries.get(key)?.keyOffset : undefined) ?? node.offset;
}

function walk(root: DocumentNode, path: readonly PropertyKey[]): DocumentNode {
  let node = root;
  for (const step of path) {
    const next = child(node, step);
    if (next === undefined) break;
    node = next;
  }
  return node;
}

function child(node: DocumentNode, step: PropertyKey): DocumentNode | undefined {
  if (node.kind === 'map') return node.entries.get(String(step))?.value;
  return node.kind === 'list' ? node.items[Number(step)] : undefined;
}

/** `profiles[0].thresholds.high`; the empty string for the document itself. */
export function pathText(path: readonly PropertyKey[]): string {
  const steps = path.map((step) => {
    if (typeof step === 'number') return `[${step}]`;
    return /^[\w$-]{1,60}$/.test(String(step)) ? `.${String(step)}` : `[${quote(String(step))}]`;
  });
  return steps.join('').replace(/^\./, '');
}
