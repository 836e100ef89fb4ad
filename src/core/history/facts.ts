import { join } from 'node:path';
import { Fault } from '../lib/errors.js';
import { readCanonical } from '../verify/document.js';
import { type BundleFolder, measure, openFolder } from '../verify/folder.js';
import { problemList } from '../verify/problems.js';
import { runStatementSchema } from '../verify/schemas.js';
import type { ApprovalFact, RunFact } from './entry.js';
import { isFolder } from './place.js';

const STATEMENT = 'run.intoto.json';
const APPROVAL = /^approvals\/([0-9a-f]{8})\.intoto\.json$/;
const RECORD = /^runs\/([^/]+)\/run\.intoto\.json$/;

/** Opens a bundle beside a history. Throws `Fault` when it, or something in it, is neither folder nor plain file. */
export async function openBundle(exportDir: string, id: string): Promise<BundleFolder> {
  const path = join(exportDir, id);
  if (!(await isFolder(path))) throw new Fault('history', `${id} is no folder beside the history, or is not there`);
  const problems = problemList();
  const folder = await openFolder(path, problems);
  const [first] = problems.all();
  if (first !== undefined) throw new Fault('history', `${id}/${first.file} ${first.reason}`);
  return folder;
}

/** What the history is to say of one run of a bundle, from the files as they are. */
export async function runFact(folder: BundleFolder, id: string, run: string): Promise<Omit<RunFact, 'replaces'>> {
  const path = `runs/${run}/${STATEMENT}`;
  const { predicate } = await readCanonical(folder, path, runStatementSchema);
  return {
    kind: 'run',
    bundle: await identity(folder, id),
    run: { id: run, statement: await digestIn(folder, path) },
    scan: await digestIn(folder, 'attestation.intoto.json'),
    verdict: predicate.verdict.verdict,
    audit: predicate.audit,
  };
}

/** What the history is to say of one approval; `file` is the statement's. */
export async function approvalFact(folder: BundleFolder, id: string, file: string): Promise<ApprovalFact> {
  const signature = await digestIn(folder, file.replace(/\.intoto\.json$/, '.sigstore.json'));
  const approval = { file, sha256: await digestIn(folder, file), signature };
  return { kind: 'approval', bundle: await identity(folder, id), approval };
}

/** Ids of the runs that a bundle has a statement of; they begin with the time of the run, so their order is that of time. */
export const runsIn = ({ files }: Pick<BundleFolder, 'files'>): string[] =>
  files.flatMap((file) => RECORD.exec(file)?.[1] ?? []);

/** The statements of a bundle's approvals. */
export const approvalsIn = ({ files }: Pick<BundleFolder, 'files'>): string[] =>
  files.filter((file) => APPROVAL.test(file));

const identity = async (folder: BundleFolder, id: string) => ({ id, sha256: await digestIn(folder, 'bundle.json') });

const digestIn = async (folder: BundleFolder, path: string): Promise<string> => (await measure(folder, path)).sha256;
