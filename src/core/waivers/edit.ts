import { isSeq, parseDocument } from 'yaml';
import { canonicalJson } from '../lib/canonical.js';
import type { NamedDocument } from '../lib/named-document.js';
import type { WaiverEntry } from './entry.js';
import { isJsonFile, readWaivers } from './read.js';

/** What a new waiver file begins as. */
export const NO_WAIVERS = {
  yaml: 'schemaVersion: 1\nwaivers: []\n',
  json: '{"schemaVersion":1,"waivers":[]}',
} as const;

/** New texts are quoted, for `yes` or `1_000` are no text to every reader of YAML; lines are not folded. */
const STYLE = { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN', lineWidth: 0 } as const;

/**
 * The text of a waiver file in which one entry was added, or took the place of that with its id. All else stays, in YAML
 * the comments too. Throws `Refusal` when the text is no waiver file.
 */
export function withEntry(document: NamedDocument, entry: WaiverEntry): string {
  const { entries } = readWaivers(document);
  const known = entries.findIndex(({ id }) => id === entry.id);
  const at = known < 0 ? entries.length : known;
  const wanted = [...entries.slice(0, at), entry, ...entries.slice(at + 1)];
  const text = isJsonFile(document.file) ? jsonText(wanted) : yamlText(document, at, entry);
  // Signatures hang on every character of an entry: what is written must read as what was meant.
  if (canonicalJson(readWaivers({ file: document.file, text }).entries) === canonicalJson(wanted)) return text;
  throw new Error('the entries of a waiver file did not stay as they were');
}

const jsonText = (waivers: readonly WaiverEntry[]): string =>
  `${JSON.stringify({ schemaVersion: 1, waivers }, null, 2)}\n`;

/** Of an entry that is there already only the signatures are new. */
function yamlText({ text }: NamedDocument, at: number, entry: WaiverEntry): string {
  const document = parseDocument(typeof text === 'string' ? text : new TextDecoder().decode(text));
  const list = document.get('waivers');
  if (!isSeq(list)) throw new TypeError('no list of waivers');
  if (list.items.length > at) document.setIn(['waivers', at, 'signatures'], document.createNode(entry.signatures));
  else {
    if (list.items.length === 0) list.flow = false;
    list.add(document.createNode(entry));
  }
  return document.toString(STYLE);
}
