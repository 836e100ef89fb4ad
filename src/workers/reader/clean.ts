import type { Rule } from '../../core/findings/finding.js';
import { isPlain } from '../../core/lib/mask.js';
import { printable } from '../../core/lib/printable.js';
import { redact } from '../../core/lib/redact.js';
import { RefusedReport } from './protocol.js';

/** Text of a report as one safe line without secrets; `known` is the id of its rule. */
export const cleanLine = (text: string, max: number, known?: string): string => printable(redact(text, known), max);

/** The same for text that may have several lines. */
const cleanText = (text: string, max: number): string =>
  redact(text)
    .split(/\r\n|\n|\r/)
    .map((line) => printable(line, max))
    .join('\n')
    .slice(0, max)
    .trim();

/** A rule as it may be shown. Its id is a name that waivers and budgets refer to: it is refused, never changed. */
export function cleanRule(rule: Rule): Rule {
  if (printable(rule.id, 255) !== rule.id)
    throw new RefusedReport('report-broken', 'a rule id holds control characters');
  const short = cleanLine(rule.shortDescription, 1024) || rule.id;
  const { helpUri, ...rest } = rule;
  return {
    ...rest,
    name: (isPlain(rule.name) ? rule.name : cleanLine(rule.name, 255)) || rule.id,
    shortDescription: short,
    fullDescription: cleanText(rule.fullDescription, 1024) || short,
    help: cleanText(rule.help, 8192) || short,
    ...(helpUri !== undefined && isPlainLink(helpUri) && { helpUri }),
  };
}

/** A link that says no more than where the rule is described. */
function isPlainLink(uri: string): boolean {
  if (!URL.canParse(uri) || printable(uri, 2000) !== uri) return false;
  const { protocol, username, password, pathname, search } = new URL(uri);
  if (!/^https?:$/.test(protocol) || username !== '' || password !== '') return false;
  // Words joined by dashes, such as `host-key-verification`, can look like a token with a prefix.
  return redact(uri) === uri || (search === '' && pathname.split('/').every((part) => isPlain(part)));
}
