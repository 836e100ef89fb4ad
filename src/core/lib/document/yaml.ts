import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  Parser,
  Scalar,
  type YAMLError,
} from 'yaml';
import { printable } from '../printable.js';
import { DOCUMENT_LIMITS } from './limits.js';
import type { Problems } from './problems.js';
import { type Resolved, resolvePlain } from './scalar.js';
import { type DocumentNode, type MapNode, type TreeBuilder, tooDeep, treeBuilder } from './tree.js';

/** Failsafe makes every scalar a string: plain ones are resolved here. Keys are compared here too: the package's way is quadratic. */
const OPTIONS = { version: '1.2', schema: 'failsafe', strict: true, uniqueKeys: false } as const;

const NO_TAGS = 'tags (`!…`) are not accepted';

/** A document and a scalar are on the parser's stack besides the collections. */
const MAX_STACK = DOCUMENT_LIMITS.depth + 2;

/**
 * Outside YAML's printable characters (YAML 1.2.2, section 5.1), or read as a line break by some readers and not by
 * others (lone CR, NEL, LS, PS). The parser also uses some control characters as its own marks.
 */
const REFUSED_CHARACTER =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]|\r(?!\n)/g;

/**
 * One YAML 1.2 document (core schema) with offsets. Aliases, anchors, tags, directives, merge keys, further documents,
 * keys that are not strings and plain scalars that YAML 1.1 reads differently are problems.
 */
export function parseYaml(text: string, problems: Problems): DocumentNode {
  for (const match of text.matchAll(REFUSED_CHARACTER)) {
    const code = match[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    problems.add(match.index, `the character U+${code} is not accepted`, { remedy: 'Escape it in double quotes.' });
  }
  problems.check();
  const [document] = [...new Composer(OPTIONS).compose(tokens(text, problems), true, text.length)];
  const errors = [...(document?.errors ?? []), ...(document?.warnings ?? [])];
  for (const error of errors.slice(0, DOCUMENT_LIMITS.problems)) {
    problems.add(error.pos[0], syntaxMessage(error));
  }
  problems.check();
  const content = document?.contents;
  if (!content || isEmptyScalar(content)) throw problems.fatal(0, 'the document is empty');
  return convert({ problems, tree: treeBuilder(problems) }, content, 0, 0);
}

const isEmptyScalar = (node: unknown): boolean => isScalar(node) && node.type === Scalar.PLAIN && node.source === '';

/** The package's own words without the part of the document that some of them end with. */
function syntaxMessage({ code, message }: YAMLError): string {
  if (code === 'TAG_RESOLVE_FAILED') return NO_TAGS;
  return `not valid YAML: ${printable(message.replace(/(?<=[\w)]): .*$/s, ''), 120)}`;
}

/** Tokens of the stream; stops a bomb before the recursive composer sees it. */
function* tokens(text: string, problems: Problems): Generator<CST.Token, void> {
  const parser = new Parser();
  let documents = 0;
  let lexemes = 0;
  for (const lexeme of new Lexer().lex(text)) {
    lexemes += 1;
    if (lexemes > DOCUMENT_LIMITS.tokens) throw tooLong(problems, parser.offset);
    for (const token of parser.next(lexeme)) {
      if (token.type === 'directive') problems.add(token.offset, 'directives (`%…`) are not accepted');
      if (token.type === 'document') documents += 1;
      yield token;
    }
    if (parser.stack.length > MAX_STACK) throw tooDeep(problems, parser.offset);
    if (documents === 1 && parser.stack[0]?.type === 'document') throw secondDocument(problems, parser.offset);
  }
  yield* parser.end();
}

const tooLong = (problems: Problems, offset: number) =>
  problems.fatal(offset, `more than ${DOCUMENT_LIMITS.tokens} tokens`, 'Write it as JSON, or shorten it.');

const secondDocument = (problems: Problems, offset: number) =>
  problems.fatal(offset, 'a second document in one file: expected one');

interface Context {
  readonly problems: Problems;
  readonly tree: TreeBuilder;
}

type YamlNode = Document['contents'];

/** `offset` is where the node would be if there is none. */
function convert(context: Context, node: unknown, depth: number, offset: number): DocumentNode {
  if (!isYamlNode(node)) return context.tree.scalar(offset, null);
  const at = node.range?.[0] ?? offset;
  if (isAlias(node)) context.problems.add(at, 'aliases (`*…`) are not accepted', { remedy: 'Write the value out.' });
  else if (node.anchor !== undefined) context.problems.add(at, 'anchors (`&…`) are not accepted');
  if (node.tag !== undefined) context.problems.add(at, NO_TAGS);
  if (isMap(node)) return convertMap(context, node.items, depth + 1, at);
  if (isSeq(node)) {
    const list = context.tree.list(at, depth + 1);
    for (const item of node.items) list.items.push(convert(context, item, depth + 1, at));
    return list;
  }
  return context.tree.scalar(at, isScalar(node) ? scalarValue(context, node, at) : null);
}

const isYamlNode = (node: unknown): node is NonNullable<YamlNode> =>
  isAlias(node) || isMap(node) || isSeq(node) || isScalar(node);

function convertMap(
  context: Context,
  pairs: readonly { key: unknown; value: unknown }[],
  depth: number,
  offset: number,
): MapNode {
  const map = context.tree.map(offset, depth);
  for (const { key, value } of pairs) {
    const name = convert(context, key, depth, offset);
    const content = convert(context, value, depth, name.offset);
    if (name.kind === 'scalar' && typeof name.value === 'string') {
      context.tree.entry(map, name.offset, name.value, content);
    } else {
      context.problems.add(name.offset, 'a key that is not a string', { remedy: 'Put it in quotes.' });
    }
  }
  return map;
}

function scalarValue({ problems }: Context, node: Scalar, offset: number) {
  const text = String(node.value ?? '');
  const resolved: Resolved = node.type === Scalar.PLAIN ? resolvePlain(text) : { value: text };
  if ('value' in resolved) return resolved.value;
  problems.add(offset, resolved.refused, { remedy: resolved.remedy });
  // Any string will do, also for a key: the document is refused.
  return text;
}
