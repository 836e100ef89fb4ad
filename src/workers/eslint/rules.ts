import type { RuleLine } from '../lib/protocol.js';
import { type Row, RULES } from './table.js';

export function ruleLines(): Omit<RuleLine, 'type'>[] {
  return Object.entries(RULES).map(([id, row]) => ruleLine(id, row));
}

function ruleLine(id: string, [severity, cwe, title, help]: Row): Omit<RuleLine, 'type'> {
  return {
    id,
    name: id.replaceAll('/', '-'),
    severity,
    kind: 'fail',
    cwe: [`CWE-${cwe}`],
    shortDescription: title,
    fullDescription: `${title} ${help}`,
    help,
    helpUri: helpUri(id),
  };
}

function helpUri(id: string): string {
  const [plugin, rule] = id.split('/');
  switch (plugin) {
    case 'security':
      return `https://github.com/eslint-community/eslint-plugin-security/blob/main/docs/rules/${rule}.md`;
    case 'no-unsanitized':
      return `https://github.com/mozilla/eslint-plugin-no-unsanitized/blob/master/docs/rules/${rule}.md`;
    case 'regexp':
      return `https://ota-meshi.github.io/eslint-plugin-regexp/rules/${rule}.html`;
    default:
      return `https://eslint.org/docs/latest/rules/${id}`;
  }
}
