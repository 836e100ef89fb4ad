import { quote } from '../suggest.js';
import type { Problems } from './problems.js';
import { resolveNumber } from './scalar.js';
import { type DocumentNode, type TreeBuilder, treeBuilder } from './tree.js';

const SPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const CHARACTERS = /[^"\\\u0000-\u001f]*/y;
const ESCAPE = /\\(?:u([\da-fA-F]{4})|(["\\/bfnrt]))/y;
const WORD = /true|false|null/y;

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const WORDS: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };

/**
 * Strict JSON (RFC 8259) with offsets. Beyond it, duplicate and prototype keys, numbers that a double cannot hold
 * and unpaired surrogates are problems. Throws at the first syntax error; the rest is added to `problems`.
 */
export function parseJson(text: string, problems: Problems): DocumentNode {
  const state: State = { text, at: 0, problems, tree: treeBuilder(problems) };
  const root = readValue(state, 0);
  if (state.at < text.length) throw unexpected(state, 'the end of the document');
  return root;
}

interface State {
  readonly text: string;
  at: number;
  readonly problems: Problems;
  readonly tree: TreeBuilder;
}

/** Consumes what the sticky pattern matches here. */
function take(state: State, pattern: RegExp): RegExpExecArray | null {
  pattern.lastIndex = state.at;
  const match = pattern.exec(state.text);
  if (match) state.at += match[0].length;
  return match;
}

/** Consumes one punctuation mark and the white space after it. */
function takeMark(state: State, mark: string): boolean {
  if (state.text[state.at] !== mark) return false;
  state.at += 1;
  take(state, SPACE);
  return true;
}

function unexpected(state: State, expected: string) {
  const [found] = state.text.slice(state.at, state.at + 2);
  const what = found === undefined ? 'the end of the document' : quote(found);
  return state.problems.fatal(state.at, `expected ${expected}, found ${what}`);
}

/** One value with the white space around it. Recursion is bounded by the depth limit of the tree. */
function readValue(state: State, depth: number): DocumentNode {
  take(state, SPACE);
  const node = readBare(state, depth);
  take(state, SPACE);
  return node;
}

function readBare(state: State, depth: number): DocumentNode {
  const offset = state.at;
  switch (state.text[offset]) {
    case '{':
      return readObject(state, depth + 1);
    case '[':
      return readArray(state, depth + 1);
    case '"':
      return state.tree.scalar(offset, readString(state));
  }
  const number = take(state, NUMBER);
  if (number) return readNumber(state, offset, number[0]);
  const word = take(state, WORD);
  if (word) return state.tree.scalar(offset, WORDS[word[0]] ?? null);
  throw unexpected(state, 'a JSON value');
}

function readNumber(state: State, offset: number, source: string): DocumentNode {
  const resolved = resolveNumber(source);
  if ('value' in resolved) return state.tree.scalar(offset, resolved.value);
  state.problems.add(offset, resolved.refused, { remedy: resolved.remedy });
  return state.tree.scalar(offset, null);
}

function readArray(state: State, depth: number): DocumentNode {
  const list = state.tree.list(state.at, depth);
  takeMark(state, '[');
  if (takeClosing(state, ']')) return list;
  do list.items.push(readValue(state, depth));
  while (takeMark(state, ','));
  if (!takeClosing(state, ']')) throw unexpected(state, '`,` or `]`');
  return list;
}

function readObject(state: State, depth: number): DocumentNode {
  const map = state.tree.map(state.at, depth);
  takeMark(state, '{');
  if (takeClosing(state, '}')) return map;
  do {
    const keyOffset = state.at;
    if (state.text[keyOffset] !== '"') throw unexpected(state, 'a key in double quotes');
    const key = readString(state);
    take(state, SPACE);
    if (!takeMark(state, ':')) throw unexpected(state, '`:`');
    state.tree.entry(map, keyOffset, key, readValue(state, depth));
  } while (takeMark(state, ','));
  if (!takeClosing(state, '}')) throw unexpected(state, '`,` or `}`');
  return map;
}

/** White space after a closing mark belongs to the value that ends there. */
function takeClosing(state: State, mark: string): boolean {
  if (state.text[state.at] !== mark) return false;
  state.at += 1;
  return true;
}

function readString(state: State): string {
  state.at += 1;
  let value = '';
  for (;;) {
    value += take(state, CHARACTERS)?.[0] ?? '';
    if (state.text[state.at] === '"') break;
    const found = take(state, ESCAPE);
    if (!found) throw unexpected(state, 'the rest of a string (`"` ends it)');
    value += unescaped(found[1], found[2] ?? '');
  }
  state.at += 1;
  return value;
}

const unescaped = (hex: string | undefined, letter: string): string =>
  hex === undefined ? (ESCAPES[letter] ?? letter) : String.fromCharCode(Number.parseInt(hex, 16));
