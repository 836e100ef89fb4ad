import * as z from 'zod';
import type { VulnerabilityScan } from '../attest/predicates/vulns.js';
import { SIGNATURE_NAME } from '../attest/sign.js';
import { RUN_PREDICATE } from '../attest/statement.js';
import type { Evidence } from '../bundle/documents.js';
import { SANDBOX_LEVELS, type SandboxLevel } from '../lib/sandbox/job.js';
import { readAuditLog } from './audit-log.js';
import { parseCanonical, parseJson, readCanonical } from './document.js';
import { type BundleFolder, linesOf, measure, textOf } from './folder.js';
import { type Problems, Unsound } from './problems.js';
import { type RunStatement, runStatementSchema } from './schemas.js';
import { checkShards } from './shards.js';
import type { SignedRun } from './signers.js';
import { checkVulns, scansOf } from './vulns.js';

const EXIT_CODES = { pass: 0, fail: 1, error: 3 } as const;
/** Logs are capped when they are written; events have a line for each state of each step. */
const MAX_RECORD_FILE = 2 ** 26;
const RUN_FILE = /^runs\/([^/]+)\/(.+)$/;

/** What a record must agree with. */
export interface Evidenced {
  indexSha256: string;
  evidence: Evidence;
  /** The weakest sandbox that a run may have had. */
  minSandbox: SandboxLevel;
}

/** Checks every record under `runs/`; a bundle has at least one. Returns by whom each sound statement says it is signed. */
export async function checkRuns(folder: BundleFolder, given: Evidenced, problems: Problems): Promise<SignedRun[]> {
  const records = new Map<string, Set<string>>();
  for (const file of folder.files.filter((path) => path.startsWith('runs/'))) {
    const [, run, rest] = RUN_FILE.exec(file) ?? [];
    if (run === undefined || rest === undefined) problems.add(file, 'is no part of a run record');
    else records.set(run, (records.get(run) ?? new Set()).add(rest));
  }
  if (records.size === 0) problems.add('runs', 'has no record of any run');
  const scans = await problems.attempt('findings.jsonl', () => scansOf(folder, given.evidence));
  const signed: SignedRun[] = [];
  for (const [run, files] of records) {
    const found = await checkRecord(folder, { run, files, scans: scans ?? [] }, given, problems);
    if (found !== undefined) signed.push(found);
  }
  return signed;
}

interface Found {
  run: string;
  /** Relative to the record. */
  files: ReadonlySet<string>;
  scans: readonly VulnerabilityScan[];
}

async function checkRecord(
  folder: BundleFolder,
  { run, files, scans }: Found,
  given: Evidenced,
  problems: Problems,
): Promise<SignedRun | undefined> {
  const at = `runs/${run}`;
  const path = `${at}/run.intoto.json`;
  const statement = await problems.attempt(path, async () => {
    const read = await readCanonical(folder, path, runStatementSchema);
    checkStatement(read, run, given);
    return read;
  });
  if (statement === undefined) return undefined;
  const { audit, signers, signatureFormats } = statement.predicate;
  await problems.attempt(`${at}/audit.jsonl`, async () => {
    const { head, entries } = await readAuditLog(folder, `${at}/audit.jsonl`, run);
    if (entries !== audit.entries)
      throw new Unsound(`has ${entries} entries, the run statement names ${audit.entries}`);
    if (head !== audit.head) throw new Unsound('does not end in the entry that the run statement names');
  });
  await checkFiles(folder, at, files, statement, problems);
  await checkShards(folder, at, statement.predicate, problems);
  const { evidence, indexSha256 } = given;
  await checkVulns(folder, scans, { at, files, evidence, indexSha256, times: statement.predicate }, problems);
  return { run, signers, signatureFormats };
}

function checkStatement({ subject, predicateType, predicate }: RunStatement, run: string, given: Evidenced): void {
  const { verdict, exitCode } = predicate.verdict;
  if (predicateType !== RUN_PREDICATE) throw new Unsound('is no run statement');
  if (predicate.run !== run) throw new Unsound('is of another run than its folder');
  const [only, ...others] = subject;
  if (others.length > 0 || only?.name !== 'bundle.json' || only.digest['sha256'] !== given.indexSha256)
    throw new Unsound('is about another bundle');
  if (verdict !== given.evidence.verdict.verdict || exitCode !== EXIT_CODES[verdict])
    throw new Unsound(`states another verdict (${verdict}, exit code ${exitCode}) than the evidence`);
  const { level } = predicate.sandbox;
  if (SANDBOX_LEVELS.indexOf(level) < SANDBOX_LEVELS.indexOf(given.minSandbox))
    throw new Unsound(`ran in the sandbox \`${level}\`, \`${given.minSandbox}\` is demanded`);
  if (predicate.signers.length > 0 !== predicate.signatureFormats.length > 0)
    throw new Unsound('names signers without a form of signature, or a form without signers');
  if (predicate.finished < predicate.started) throw new Unsound('ended before it started');
}

/** The statement names every file beside it; a record of a version that did not is bound by its audit log alone. */
async function checkFiles(
  folder: BundleFolder,
  at: string,
  files: ReadonlySet<string>,
  { predicate }: RunStatement,
  problems: Problems,
): Promise<void> {
  const path = `${at}/run.intoto.json`;
  if (predicate.files === undefined) {
    problems.add(path, 'does not name the files of its record');
    return;
  }
  const named = new Map(predicate.files.map((file) => [file.path, file]));
  if (named.size !== predicate.files.length) problems.add(path, 'names a file twice');
  const own = ['run.intoto.json', 'audit.jsonl'];
  for (const name of files) {
    if (!named.has(name) && !own.includes(name) && !SIGNATURE_NAME.test(name))
      problems.add(`${at}/${name}`, 'is not named by the run statement');
  }
  for (const [name, { sha256, size }] of named) {
    await problems.attempt(`${at}/${name}`, async () => {
      if (!files.has(name)) throw new Unsound('is missing');
      const found = await measure(folder, `${at}/${name}`);
      if (found.sha256 !== sha256 || found.size !== size)
        throw new Unsound('is not the file that the run statement names');
      await checkForm(folder, `${at}/${name}`);
    });
  }
}

const timingsSchema = z.looseObject({
  schemaVersion: z.literal(1),
  processes: z.array(z.looseObject({ id: z.string() })),
});
const eventSchema = z.looseObject({ time: z.iso.datetime(), type: z.string() });

async function checkForm(folder: BundleFolder, path: string): Promise<void> {
  if (path.endsWith('/timings.json')) parseCanonical(await textOf(folder, path, MAX_RECORD_FILE), timingsSchema);
  if (path.endsWith('/events.jsonl'))
    for await (const lines of linesOf(folder, path)) for (const line of lines) eventSchema.parse(parseJson(line));
}
