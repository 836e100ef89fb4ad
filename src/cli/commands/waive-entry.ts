import { Refusal } from '../../core/lib/errors.js';
import type { EntryProblem } from '../../core/waivers/admit.js';
import type { WaiverEntry } from '../../core/waivers/entry.js';
import { readWaivers } from '../../core/waivers/read.js';

/** Options of `waive` that say what an entry holds. */
export interface EntryFlags {
  id?: string;
  fingerprint?: string;
  tool?: string;
  rule?: string;
  path?: string;
  vulnerability?: string;
  purl?: string;
  status?: string;
  justification?: string;
  reason?: string;
  risk?: string;
  owner?: string;
  followUp?: string;
  expires?: string;
}

/** Where in an entry each option goes. */
const OPTIONS: Readonly<Record<string, string>> = {
  id: '--id',
  fingerprint: '--fingerprint',
  'rule.tool': '--tool',
  'rule.rule': '--rule',
  'rule.path': '--path',
  'vulnerability.id': '--vulnerability',
  'vulnerability.purl': '--purl',
  status: '--status',
  justification: '--justification',
  reason: '--reason',
  risk: '--risk',
  owner: '--owner',
  followUp: '--follow-up',
  expires: '--expires',
};

const TARGETS = 'Give --fingerprint, or --tool, --rule and --path, or --vulnerability and --purl.';

/** The entry that options describe, unsigned. Throws `Refusal` for each option that is missing or does not fit. */
export function newEntry(flags: EntryFlags, created: string, taken: readonly string[]): WaiverEntry {
  const { id, tool, rule, path, vulnerability, purl, ...fields } = flags;
  const target = {
    ...(given(tool, rule, path) && { rule: { tool, rule, path } }),
    ...(given(vulnerability, purl) && { vulnerability: { id: vulnerability, purl } }),
  };
  const entry = { id: id ?? freeId(flags, taken), ...fields, ...target, created, signatures: [] };
  const text = JSON.stringify({ schemaVersion: 1, waivers: [entry] });
  try {
    const [read] = readWaivers({ file: 'new.json', text }).entries;
    if (read !== undefined && !taken.includes(read.id)) return read;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw byOption(error.problems.map(({ path = '', ...problem }) => ({ ...problem, path: path.split('.').slice(1) })));
  }
  throw new Refusal('usage', [{ message: '--id: is the id of another waiver' }]);
}

const given = (...values: (string | undefined)[]): boolean => values.some((value) => value !== undefined);

/** What is wrong with an entry, said of the options it was made from. */
export function byOption(problems: readonly EntryProblem[]): Refusal {
  return new Refusal(
    'usage',
    problems.map(({ path, message, remedy = path.length === 0 ? TARGETS : undefined }) => {
      const option = OPTIONS[path.join('.')];
      return { message: option === undefined ? message : `${option}: ${message}`, ...(remedy && { remedy }) };
    }),
  );
}

/** A name after what is waived; the person who reads a report should not have to look it up. */
function freeId({ fingerprint, tool, rule, vulnerability }: EntryFlags, taken: readonly string[]): string {
  const about = vulnerability ?? (given(tool, rule) ? `${tool}-${rule}` : `finding-${fingerprint?.slice(0, 12)}`);
  const words = about.toLowerCase().match(/[a-z0-9]+/g) ?? ['waiver'];
  const base = words.join('-').slice(0, 56).replace(/-$/, '');
  let id = base;
  for (let n = 2; taken.includes(id); n += 1) id = `${base}-${n}`;
  return id;
}
