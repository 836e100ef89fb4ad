import { type Finding, findingSchema } from '../findings/finding.js';
import { parseJson } from '../verify/document.js';
import { type BundleFolder, linesOf } from '../verify/folder.js';
import { changedMembers } from './members.js';

/** One finding that is not the same in two bundles. */
export type FindingChange =
  | { change: 'new' | 'gone'; finding: Finding }
  /** The same flaw on another line. */
  | { change: 'moved'; finding: Finding; from: Finding }
  /** The same flaw of another severity, message or rule of a newer tool. */
  | { change: 'changed'; finding: Finding; from: Finding; members: string[] }
  /** So many that are the same, to the byte. */
  | { change: 'unchanged'; count: number };

/** A line of findings.jsonl with what it holds. */
interface Line {
  text: string;
  finding: Finding;
}

/**
 * Compares the findings of two intact bundles, in the order of their paths. Fingerprints tell which are the same flaw and
 * hold the path, so no more is in memory than the findings of one file on either side.
 */
export async function* compareFindings(was: BundleFolder, is: BundleFolder): AsyncGenerator<FindingChange> {
  const [before, after] = [byPath(was), byPath(is)];
  try {
    let [old, now] = [await next(before), await next(after)];
    while (old !== undefined || now !== undefined) {
      const path = least(old, now);
      const [left, right] = [old?.path === path ? old.lines : [], now?.path === path ? now.lines : []];
      yield* compareFile(left, right);
      if (old?.path === path) old = await next(before);
      if (now?.path === path) now = await next(after);
    }
  } finally {
    await Promise.all([before.return(undefined), after.return(undefined)]);
  }
}

interface FileFindings {
  path: string;
  lines: Line[];
}

const next = async (files: AsyncGenerator<FileFindings>): Promise<FileFindings | undefined> => {
  const { value, done } = await files.next();
  return done === true ? undefined : value;
};

function least(old: FileFindings | undefined, now: FileFindings | undefined): string {
  const paths = [old, now].flatMap((file) => (file === undefined ? [] : [file.path]));
  return paths.sort()[0] ?? '';
}

/** The findings of one path after the other; findings.jsonl is sorted by path. */
async function* byPath(folder: BundleFolder): AsyncGenerator<FileFindings> {
  let file: FileFindings | undefined;
  for await (const texts of linesOf(folder, 'findings.jsonl')) {
    for (const text of texts) {
      const finding = findingSchema.parse(parseJson(text));
      if (file?.path !== finding.path) {
        if (file !== undefined) yield file;
        file = { path: finding.path, lines: [] };
      }
      file.lines.push({ text, finding });
    }
  }
  if (file !== undefined) yield file;
}

function* compareFile(was: readonly Line[], is: readonly Line[]): Generator<FindingChange> {
  const left = new Map<string, Line[]>();
  for (const line of was) {
    const same = left.get(line.finding.fingerprint);
    if (same === undefined) left.set(line.finding.fingerprint, [line]);
    else same.push(line);
  }
  let count = 0;
  for (const { text, finding } of is) {
    // A fingerprint stands for one finding; a hostile bundle may have it twice.
    const from = left.get(finding.fingerprint)?.shift();
    if (from === undefined) yield { change: 'new', finding };
    else if (from.text === text) count += 1;
    else yield compareOne(from.finding, finding);
  }
  for (const lines of left.values()) for (const { finding } of lines) yield { change: 'gone', finding };
  if (count > 0) yield { change: 'unchanged', count };
}

/** What may differ when nothing but the lines above changed. */
const PLACE = ['startLine', 'endLine', 'lineHash'];

function compareOne(from: Finding, finding: Finding): FindingChange {
  const members = changedMembers(from, finding).map(({ path }) => path);
  const moved = from.startLine !== finding.startLine && members.every((name) => PLACE.includes(name));
  return moved ? { change: 'moved', finding, from } : { change: 'changed', finding, from, members };
}
