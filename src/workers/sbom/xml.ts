import sax from 'sax';
import { MAX_DEPTH, Malformed } from './located.js';

export interface XmlElement {
  /** Local name, without a namespace prefix. */
  name: string;
  /** One-based line of the start tag. */
  line: number;
  attributes: ReadonlyMap<string, string>;
  children: XmlElement[];
  /** The element's own text, trimmed when read with `textOf`. */
  text: string;
}

/**
 * Reads XML into a tree; only the five predefined entities and character references exist. Throws `Malformed` for
 * what is not well-formed, for a document type declaration (the door to entity bombs and external entities), and
 * beyond the depth limit.
 */
export function parseXml(text: string): XmlElement {
  const parser = sax.parser(true, { position: true, strictEntities: true, unparsedEntities: false });
  const document = element('', 1, {});
  const open = [document];
  const lineAt = lineCounter(text);
  const top = () => open[open.length - 1] ?? document;
  parser.onerror = () => {
    throw new Malformed('not XML');
  };
  parser.ondoctype = () => {
    throw new Malformed('has a document type declaration');
  };
  parser.onopentag = ({ name, attributes }) => {
    if (open.length > MAX_DEPTH) throw new Malformed('nested too deeply');
    const child = element(name, lineAt(parser.startTagPosition), attributes);
    top().children.push(child);
    open.push(child);
  };
  parser.onclosetag = () => open.pop();
  parser.ontext = (part) => addText(top(), part);
  parser.oncdata = (part) => addText(top(), part);
  parser.write(text).close();
  const [root] = document.children;
  if (!root) throw new Malformed('not XML');
  return root;
}

/** One-based line of an offset; offsets must not go back. */
function lineCounter(text: string): (offset: number) => number {
  let line = 1;
  let next = text.indexOf('\n');
  return (offset) => {
    for (; next >= 0 && next < offset; next = text.indexOf('\n', next + 1)) line += 1;
    return line;
  };
}

function element(name: string, line: number, attributes: Record<string, string>): XmlElement {
  const local = name.slice(name.indexOf(':') + 1);
  return { name: local, line, attributes: new Map(Object.entries(attributes)), children: [], text: '' };
}

function addText(to: XmlElement, part: string): void {
  to.text += part;
}

export const childrenOf = (parent: XmlElement | undefined, name: string): XmlElement[] =>
  parent?.children.filter((child) => child.name === name) ?? [];

export const childOf = (parent: XmlElement | undefined, name: string): XmlElement | undefined =>
  parent?.children.find((child) => child.name === name);

/** Trimmed text of the first child of that name; `undefined` when there is none or it is empty. */
export const childText = (parent: XmlElement | undefined, name: string): string | undefined =>
  childOf(parent, name)?.text.trim() || undefined;
