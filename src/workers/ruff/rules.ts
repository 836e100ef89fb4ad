import type { RuleLine } from '../lib/protocol.js';
import { REMEDIES } from './remedies.js';
import { type Row, RULES } from './table.js';

/** Every rule that the fixed selection can report. */
export function ruleLines(): Omit<RuleLine, 'type'>[] {
  return Object.entries(RULES).map(([id, row]) => ruleLine(id, row));
}

function ruleLine(id: string, [name, severity, cwe, description]: Row): Omit<RuleLine, 'type'> {
  const help = REMEDIES[id];
  if (help === undefined) throw new Error(`no remedy for rule ${id}`);
  return {
    id,
    name,
    severity,
    kind: 'fail',
    cwe: [`CWE-${cwe}`],
    shortDescription: `${description}.`,
    fullDescription: `${description}. ${help}`,
    help,
    helpUri: `https://docs.astral.sh/ruff/rules/${name}/`,
  };
}

/** bandit calls a command that is a plain literal low; Ruff tells it by these words of its message. */
const LITERAL_COMMAND = 'seems safe';

/** The severity of one finding. Throws for a rule that is not in the table: the file is then unread, never clean. */
export function severityOf(id: string, message: string): RuleLine['severity'] {
  const row = RULES[id];
  if (row === undefined) throw new Error(`unknown rule ${id}`);
  return message.includes(LITERAL_COMMAND) ? 'low' : row[1];
}
