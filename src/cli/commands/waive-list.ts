import { forTerminal } from '../../core/lib/escape.js';
import { checkEntry, type WaiverRules } from '../../core/waivers/admit.js';
import type { WaiverEntry } from '../../core/waivers/entry.js';
import { isExpired } from '../../core/waivers/match.js';
import type { WaiverFile } from '../../core/waivers/read.js';

/** A waiver for a person to read, one line each. */
export const described = (entry: WaiverEntry): string[] =>
  [
    `  id       ${entry.id}`,
    `  covers   ${targetText(entry)}`,
    `  status   ${entry.status}${entry.justification === undefined ? '' : `, ${entry.justification}`}`,
    `  reason   ${entry.reason}`,
    `  risk     ${entry.risk}`,
    `  owner    ${entry.owner}, ${entry.followUp}`,
    `  counts   from ${entry.created} until the day before ${entry.expires}`,
  ].map(forTerminal);

function targetText({ fingerprint, rule, vulnerability }: WaiverEntry): string {
  if (rule !== undefined) return `${rule.rule} of ${rule.tool} at ${rule.path}`;
  if (vulnerability !== undefined) return `${vulnerability.id} of ${vulnerability.purl}`;
  return `the finding ${fingerprint}`;
}

/** The waivers of a file and what each is worth on a date; without rules nobody says whether a policy refuses one. */
export function listed(
  file: WaiverFile,
  rules: WaiverRules | undefined,
  asOf: string,
): { lines: string[]; refused: boolean } {
  const all = file.entries.map((entry) => {
    const problems = rules === undefined ? [] : checkEntry(entry, rules, asOf).problems;
    const sound = rules === undefined ? 'not checked' : 'counts';
    const state = problems.length > 0 ? 'refused' : isExpired(entry, asOf) ? 'expired' : sound;
    const signers = entry.signatures.map(({ role, keyid }) => `  ${role.padEnd(8)} ${keyid}`);
    return {
      state,
      lines: [state, ...described(entry), ...signers, ...problems.map(({ message }) => `  ! ${message}`)],
    };
  });
  const lines = all.length === 0 ? ['no waivers'] : all.flatMap((one) => one.lines);
  return { lines: lines.map(forTerminal), refused: all.some(({ state }) => state === 'refused') };
}
