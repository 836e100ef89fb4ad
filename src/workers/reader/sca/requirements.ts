import { posix } from 'node:path';
import { pythonName } from '../../../core/lib/python-name.js';
import type { Sink } from '../adapter.js';

/** The forms of pip's `-r` (pip documentation, requirements file format). */
const INCLUDE = /^\s*(?:-r|--requirement)[\s=]*(\S+)/;

/** As Python's `str.splitlines`, by which pip goes: a form feed ends a comment. */
const LINE_END = /\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]/;
/** pip obeys PEP 263: under UTF-7 a comment can hold line ends. */
const ENCODED = /^#.*coding[:=][ \t]*(?!utf-?8\b)/i;

/** The lines that pip sees, without comments. A backslash joins two of them, but not at the end of a comment. */
export function linesOf(text: string): string[] {
  const parts = text.split(LINE_END);
  const joined = parts.map((line) =>
    /^\s*#/.test(line) || !line.endsWith('\\') ? `${line}\n` : line.replace(/\\+$/, ''),
  );
  const lines = joined.join('').split('\n');
  return lines.map((line, index) => (index < 2 && ENCODED.test(line) ? line : line.replace(/(^|\s)#.*$/s, '').trim()));
}

/**
 * The files that listed requirements files include, at any depth, each with those that include it: their packages are told
 * under the including file's name.
 * Records as unread each file that includes one which the step was not given, such as one with another extension or on
 * the web: the tools say so on their log alone.
 */
export function includedFiles(sink: Sink, listed: ReadonlySet<string>): Map<string, string[]> {
  const given = new Set(sink.files.map(({ name }) => name));
  const included = new Map<string, string[]>();
  const open = [...listed].filter((name) => name.endsWith('.txt') && given.has(name)).sort();
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const targets = includesOf(name, sink.text(name));
    const missing = targets.filter((target) => !given.has(target));
    if (missing.length > 0) tellMissing(name, missing.length, sink);
    for (const target of targets) {
      if (!given.has(target)) continue;
      const known = included.get(target);
      included.set(target, [...(known ?? []), name]);
      if (known === undefined && !listed.has(target)) open.push(target);
    }
  }
  return included;
}

const includesOf = (name: string, text: string): string[] =>
  linesOf(text).flatMap((line) => {
    const target = INCLUDE.exec(line)?.[1];
    return target === undefined ? [] : posix.join(posix.dirname(name), target);
  });

function tellMissing(path: string, count: number, sink: Sink): void {
  const detail = `it includes ${count} requirements files that the tool was not given`;
  sink.unread({ path, reason: 'unsupported', detail });
}

/** A requirement by name (PEP 508); what has none is a file, an address, or `-e` with one of them. */
const NAMED = /^([A-Za-z0-9][\w.-]*)(?![\w.:/\\-])/;
/** `name @ address` pins no release that advisories could speak of. */
const DIRECT = /^[A-Za-z0-9][\w.-]*\s*(?:\[[^\]]*\]\s*)?@/;

/** How many lines of a requirements file ask for a package that is not among the names that a tool lists once for each line. */
export function unlistedRequirements(text: string, listed: readonly string[]): number {
  const left = new Map<string, number>();
  for (const name of listed.map(pythonName)) left.set(name, (left.get(name) ?? 0) + 1);
  const isListed = (name: string): boolean => {
    const times = left.get(name) ?? 0;
    left.set(name, times - 1);
    return times > 0;
  };
  return askingLines(text).filter((line) => !isListed(nameIn(line))).length;
}

/**
 * The same for a tool that lists a name once, however many lines ask for it, and takes the lower end of a range for a pin: a
 * range counts too. `asked` is of all lines.
 */
export function missingRequirements(text: string, listed: readonly string[]): { missing: number; asked: number } {
  const names = new Set(listed.map(pythonName));
  const asking = askingLines(text);
  const missing = asking.filter((line) => !PINNED.test(line) || !names.has(nameIn(line))).length;
  return { missing, asked: asking.length };
}

/** One release (PEP 440, version matching without a wildcard, and arbitrary equality). */
const PINNED = /^[A-Za-z0-9][\w.-]*\s*(?:\[[^\]]*\]\s*)?===?\s*[^\s*,;]+(?=\s|;|$)/;

const askingLines = (text: string): string[] => linesOf(text).filter((line) => line !== '' && !OPTIONS.test(line));

/** The name that a line gives, as names are compared; empty where it gives a place. */
const nameIn = (line: string): string => (DIRECT.test(line) ? '' : pythonName(NAMED.exec(line)?.[1] ?? ''));

const VALUE = String.raw`(?:\s+|=)?[^\s"'=][^\s"']*`;
const SETTING = `(?:(?:-[ifc]|--(?:index-url|extra-index-url|find-links|constraint|trusted-host|no-binary|only-binary|use-feature))${VALUE}|--(?:no-index|pre|prefer-binary|require-hashes))`;
/** Lines of options that ask for no package. Any other may: `-e`, also behind an option, abbreviated or quoted. */
const OPTIONS = new RegExp(`^(?:(?:-r|--requirement)${VALUE}|${SETTING}(?:\\s+${SETTING})*)$`);
