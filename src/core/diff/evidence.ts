import { printable } from '../lib/printable.js';
import { MAX_DOCUMENT, parseJson } from '../verify/document.js';
import { type BundleFolder, measure, textOf } from '../verify/folder.js';
import type { Summary } from '../verify/schemas.js';
import { compareFindings, type FindingChange } from './findings.js';
import { changedMembers, type Member } from './members.js';
import type { OpenBundle } from './open.js';
import { memberWords } from './words.js';

/** One thing in which a repeated run left other evidence; the text is one line and safe to print. */
export interface Difference {
  kind: 'finding' | 'outcome' | 'document';
  tool: string | null;
  text: string;
}

export interface EvidenceComparison {
  differences: Difference[];
  /** What lies beside the subject and is counted in the evidence: files that git ignores, where it was fetched from. */
  notes: string[];
}

/** More lines help nobody. */
const MOST = 200;
const MAX_TEXT = 500;

/** Add-only records of runs, and what others added; no evidence of this run. */
const APART = /^(?:runs|signatures|approvals)\//;
/** What is made from all other files; it can only differ by itself when none of those does. */
const SUMS = /^(?:bundle\.json|attestation\.intoto\.json|attestations\/.*)$/;
/** What `verify` has rendered again from plan, findings, outcomes and the facts of summary.json. */
const RENDERED =
  /^(?:findings\.jsonl|results(?:\.upload)?\.sarif|reports\/.*\.sarif\.json|(?:summary|policy-result|compliance|manifest-info)\.json)$/;
/** Compares the evidence of two intact bundles of one plan byte for byte, and says of each difference what it is. */
export async function compareEvidence(was: OpenBundle, is: OpenBundle): Promise<EvidenceComparison> {
  const paths = await differingFiles(was.folder, is.folder);
  const leaves = paths.filter((path) => !SUMS.test(path));
  const facts = changedMembers(factsOf(was.summary), factsOf(is.summary));
  const notes = changedMembers(besideOf(was.summary), besideOf(is.summary)).map(memberWords);
  const found = [
    ...verdictDifference(was.summary, is.summary),
    ...(leaves.includes('findings.jsonl') ? await findingDifferences(was.folder, is.folder) : []),
    ...outcomeDifferences(was.summary, is.summary),
    ...facts.map((member) => document(`summary.json: ${memberWords(member)}`)),
  ];
  const others = leaves.length > 0 ? leaves : paths;
  const files = await Promise.all(
    others
      .filter((path) => !(RENDERED.test(path) && found.length > 0))
      .map((path) => documentDifference(was.folder, is.folder, path, notes.length > 0)),
  );
  return { differences: capped([...found, ...files.flat(), ...consequences(leaves, found)]), notes };
}

const document = (text: string): Difference => ({ kind: 'document', tool: null, text: printable(text, MAX_TEXT) });

/** Paths of files that are not the same on both sides, or on one side only. */
async function differingFiles(was: BundleFolder, is: BundleFolder): Promise<string[]> {
  const [before, after] = [new Set(was.files), new Set(is.files)];
  const paths = [...new Set([...was.files, ...is.files])].filter((path) => !APART.test(path)).sort();
  const differing: string[] = [];
  for (const path of paths) {
    const both = before.has(path) && after.has(path);
    if (!both || (await measure(was, path)).sha256 !== (await measure(is, path)).sha256) differing.push(path);
  }
  return differing;
}

/** What summary.json says about the subject that follows from nothing else in the bundle. */
const factsOf = ({ source: { origin: _, ...source }, baseline, coverage, unread }: Summary) => ({
  source,
  baseline,
  coverage,
  unread: { snapshot: unread.snapshot },
});

/** No part of the subject: what git ignores, what rules left out, and where the source came from. */
const besideOf = ({ source: { origin }, excluded, ignored }: Summary) => ({ source: { origin }, excluded, ignored });

/** The documents that repeat these. A comparison stops after some members, so they are taken out before it. */
const COUNTED: Readonly<Record<string, (document: unknown) => unknown>> = {
  'policy-result.json': (document) => ({ ...Object(document), excluded: null }),
  'summary.json': (document) => {
    const { source, ...rest } = Object(document);
    return { ...rest, source: { ...Object(source), origin: null }, excluded: null, ignored: null };
  },
};

/** Whatever else is the same: a replay that came to another verdict never agrees. */
const verdictDifference = ({ verdict: was }: Summary, { verdict: is }: Summary): Difference[] =>
  was === is ? [] : [document(`verdict: ${was} in the bundle, ${is} in the replay`)];

async function findingDifferences(was: BundleFolder, is: BundleFolder): Promise<Difference[]> {
  const found: Difference[] = [];
  let more = 0;
  for await (const change of compareFindings(was, is)) {
    if (change.change === 'unchanged') continue;
    if (found.length < MOST) found.push(findingDifference(change));
    else more += 1;
  }
  return more > 0 ? [...found, { kind: 'finding', tool: null, text: `and ${more} more findings` }] : found;
}

function findingDifference(change: Exclude<FindingChange, { change: 'unchanged' }>): Difference {
  const { tool, rule, path, startLine, severity } = change.finding;
  const text = `${path}:${startLine} ${tool} ${rule} (${severity}): ${whatChanged(change)}`;
  return { kind: 'finding', tool, text: printable(text, MAX_TEXT) };
}

function whatChanged(change: Exclude<FindingChange, { change: 'unchanged' }>): string {
  switch (change.change) {
    case 'new':
      return 'the replay found it, the bundle does not have it';
    case 'gone':
      return 'the bundle has it, the replay did not find it';
    case 'moved':
      return `stands on line ${change.from.startLine} in the bundle`;
    case 'changed':
      return `other ${change.members.join(', ')} than in the bundle`;
  }
}

const COUNTED_ELSEWHERE: ReadonlySet<string> = new Set(['findings']);

/** How many findings a tool had is told by the findings; whether it ran, why not, and what it did not judge is not. */
function outcomeDifferences(was: Summary, is: Summary): Difference[] {
  const [before, after] = [byStep(was), byStep(is)];
  const steps = [...new Set([...before.keys(), ...after.keys()])].sort();
  return steps.flatMap((step) => {
    const members = changedMembers(before.get(step), after.get(step), COUNTED_ELSEWHERE);
    if (members.length === 0) return [];
    const text = `${step}: ${members.map(memberWords).join('; ')}`;
    return [{ kind: 'outcome' as const, tool: step, text: printable(text, MAX_TEXT) }];
  });
}

const byStep = ({ tools }: Summary): Map<string, object> =>
  new Map(
    tools.map((outcome) => {
      const ran = outcome.status === 'clean' || outcome.status === 'findings';
      return [outcome.step, ran ? { ...outcome, status: 'ran' } : outcome];
    }),
  );

async function documentDifference(
  was: BundleFolder,
  is: BundleFolder,
  path: string,
  beside: boolean,
): Promise<Difference[]> {
  if (!was.files.includes(path)) return [document(`${path}: only the replay has it`)];
  if (!is.files.includes(path)) return [document(`${path}: only the bundle has it`)];
  const members = await membersOf(was, is, path);
  if (members === undefined) return [document(`${path}: other bytes`)];
  const [first, ...others] = members;
  if (first === undefined) return beside && COUNTED[path] !== undefined ? [] : [document(`${path}: other bytes`)];
  return [document(`${path}: ${memberWords(first)}${others.length > 0 ? `, and ${others.length} more members` : ''}`)];
}

/** Undefined for what is no JSON, or too large to be compared as such. */
async function membersOf(was: BundleFolder, is: BundleFolder, path: string): Promise<Member[] | undefined> {
  const without = COUNTED[path] ?? ((document: unknown) => document);
  try {
    const texts = [await textOf(was, path, MAX_DOCUMENT), await textOf(is, path, MAX_DOCUMENT)];
    const [before, after] = texts.map((text) => without(parseJson(text)));
    return changedMembers(before, after);
  } catch {
    return undefined;
  }
}

/** Documents that could not be the same once findings or outcomes are not. */
function consequences(leaves: readonly string[], found: readonly Difference[]): Difference[] {
  const rendered = leaves.filter((path) => RENDERED.test(path) && path !== 'findings.jsonl');
  if (found.length === 0 || rendered.length === 0) return [];
  return [document(`rendered from these, so not the same either: ${rendered.join(', ')}`)];
}

function capped(differences: readonly Difference[]): Difference[] {
  const kept = differences.slice(0, MOST);
  const more = differences.length - kept.length;
  return more > 0 ? [...kept, document(`and ${more} more`)] : kept;
}
