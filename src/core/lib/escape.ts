/**
 * Hostile text (paths, messages, rule names) for the places it is shown in. Every function gives one line: the caller
 * splits text that has lines of its own. None is meant for a URL, a script or an unquoted HTML attribute.
 */
import { printable } from './printable.js';

/** Invisible characters that are no format characters: variation selectors, fillers, the blank Braille pattern. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\u2800]/gu;

/** Text for a terminal or log: controls, ANSI and OSC sequences, bidi and invisible characters and workflow commands become visible escapes. Idempotent. */
export function forTerminal(text: string): string {
  return printable(text, Number.POSITIVE_INFINITY).replace(
    INVISIBLE,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

const HTML: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** Text for HTML element content and quoted attribute values. */
export function forHtml(text: string): string {
  return forTerminal(text).replace(/[&<>"'`]/g, (character) => HTML[character] ?? '');
}

/** A zero-width space, written so that it is seen in the source: it parts what a renderer would link after parsing. */
const BREAK = '&#8203;';

/**
 * Text within a line, list item, heading or table cell of CommonMark or GitHub Flavored Markdown: no markup, HTML,
 * link, autolink, mention, issue reference, or (as GitLab has them) quick action at its start.
 */
export function forMarkdown(text: string): string {
  return forTerminal(text)
    .replace(/[\\`*_[\]~|$#]/g, '\\$&')
    .replace(/[&<>]/g, (character) => HTML[character] ?? '')
    .replace(/^\s+/, (spaces) => spaces.replace(/./g, (space) => `&#${space.charCodeAt(0)};`))
    .replace(/^((?:&#\d+;)*)([+=/:-])/, '$1\\$2')
    .replace(/^((?:&#\d+;)*\d+)([.)])/, '$1\\$2')
    .replace(/@|\\#(?=\w)|\bGH-/gi, `$&${BREAK}`)
    .replace(/:(?=\/\/)|(?<=ww)(?=w\.)|(?<=\b(?:mailto|xmpp)):/gi, `$&${BREAK}`);
}

/** What a spreadsheet takes as the start of a formula, also in full width, after a separator of any locale (OWASP, "CSV Injection"). */
const FORMULA = /(^|[,;|])(["'\s]*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])/g;

/** One CSV field, quoted (RFC 4180, section 2). An apostrophe goes before what a spreadsheet would compute. */
export function forCsv(cell: string): string {
  const inert = forTerminal(cell).replace(FORMULA, (start, separator: string, gap: string) =>
    gap.includes("'") ? start : `${separator}'${gap}`,
  );
  return `"${inert.replaceAll('"', '""')}"`;
}

/** Percent signs and separators of `::command property=value::data` (GitHub Actions toolkit, `command.ts`). */
const WORKFLOW = { data: /%/g, property: /[%:,]/g } as const;

/** The data, or one property's value, of a GitHub Actions workflow command. */
export function forWorkflowCommand(text: string, part: 'data' | 'property'): string {
  return forTerminal(text).replace(
    WORKFLOW[part],
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
