import { arch, cpus, platform, release } from 'node:os';
import { join } from 'node:path';
import type { Evidence } from '../bundle/documents.js';
import { writeLines, writeLogs } from '../bundle/run-record.js';
import { type IndexEntry, type Staging, writeDurably } from '../bundle/staging.js';
import { readFindings } from '../findings/merge.js';
import { canonicalJson } from '../lib/canonical.js';
import { sha256 } from '../lib/digest.js';
import { readPlainFile } from '../lib/plain-file.js';
import { printable } from '../lib/printable.js';
import { redact } from '../lib/redact.js';
import type { JobResult, SandboxLevel } from '../lib/sandbox/job.js';
import type { StepRun } from '../runtime/context.js';
import { ATTESTATIONS, attestationPath } from './attestations.js';
import { vulnerabilityScans, vulnsStatement } from './predicates/vulns.js';
import { recordFiles } from './record-files.js';
import { runStatement } from './run-statement.js';
import { scanStatement } from './scan-statement.js';
import type { ProcessRecord, RunPredicate, ShardRun } from './schemas.js';
import { MAX_STATEMENT, type SignedAs } from './sign.js';

/** Writes the statement about the scan beside the index that it names, and those under `attestations/`. */
export async function writeStatements(
  evidence: Evidence,
  index: IndexEntry[],
  indexSha256: string,
  { folder }: Staging,
): Promise<void> {
  const scan = canonicalJson(scanStatement(evidence, index, indexSha256));
  await writeDurably(join(folder, 'attestation.intoto.json'), [scan]);
  const read = async (path: string) => (await readPlainFile(join(folder, path), MAX_STATEMENT)).toString('utf8');
  const facts = { evidence, index, indexSha256, scanSha256: sha256(scan), read };
  for (const { name, make } of ATTESTATIONS) {
    const made = await make(facts);
    if (made !== undefined) await writeDurably(join(folder, attestationPath(name)), [canonicalJson(made)]);
  }
}

/** What a run record is written from. */
export interface RunFacts {
  id: string;
  /** Folder of the record inside the staged bundle. */
  folder: string;
  started: Date;
  finished: Date;
  version: string;
  sandbox: { level: SandboxLevel; enforcement: Readonly<Record<string, string>>; substrate: RunPredicate['substrate'] };
  unsandboxed: boolean;
  verdict: RunPredicate['verdict'];
  /** Of a merge: the runs that made its parts. */
  shards?: readonly ShardRun[];
  runs: readonly StepRun[];
  events: readonly object[];
  audit: { head(): string; length(): number };
  /** Who will sign the run. */
  signedAs: SignedAs;
}

/** Writes what varies from run to run: logs without secrets, events, and the statement that binds them to the evidence. */
export async function writeRunRecord(facts: RunFacts, indexSha256: string): Promise<void> {
  await writeRecordFiles(facts);
  const files = await recordFiles(facts.folder);
  const content = canonicalJson(runStatement(indexSha256, { ...predicate(facts), files }));
  await writeDurably(join(facts.folder, 'run.intoto.json'), [content]);
}

/** Facts of a run that need no verdict. */
export type RanFacts = Omit<RunFacts, 'verdict' | 'shards' | 'signedAs'>;

/** Writes the logs, events and times of a run. */
export async function writeRecordFiles(facts: RanFacts): Promise<void> {
  const logs = facts.runs.flatMap(({ folder, outcome }) =>
    folder === undefined
      ? []
      : ['stdout', 'stderr', 'reader.stderr'].map((kind) => ({
          name: `${outcome.step}.${kind}.log`,
          path: join(folder, `${kind}.log`),
        })),
  );
  await writeLogs(facts.folder, logs);
  await writeLines(join(facts.folder, 'events.jsonl'), facts.events);
  await writeDurably(join(facts.folder, 'timings.json'), [canonicalJson(timings(facts))]);
}

/**
 * Writes what advisory scanners found into the run record: the type demands the times of the scan. Before the run
 * statement, which names the files beside it.
 */
export async function writeVulns(
  evidence: Evidence,
  indexSha256: string,
  { folder: bundle }: Staging,
  { folder, started, finished }: Pick<RunFacts, 'folder' | 'started' | 'finished'>,
): Promise<void> {
  const times = { started: started.toISOString(), finished: finished.toISOString() };
  for (const scan of await vulnerabilityScans(evidence, () => readFindings(join(bundle, 'findings.jsonl')))) {
    const content = canonicalJson(vulnsStatement(evidence, indexSha256, scan, times));
    await writeDurably(join(folder, `${scan.name}.intoto.json`), [content]);
  }
}

function predicate(facts: RunFacts): Omit<RunPredicate, 'files'> {
  return { ...ranBy(facts), ...facts.signedAs, verdict: facts.verdict, ...(facts.shards && { shards: facts.shards }) };
}

/** Where and how a run went: what the statement about it says besides its verdict. */
export function ranBy(facts: RanFacts): Omit<ShardRun, 'shard'> {
  const { sandbox, audit } = facts;
  return {
    run: facts.id,
    started: facts.started.toISOString(),
    finished: facts.finished.toISOString(),
    generator: { name: 'security-scan', version: facts.version },
    host: { platform: platform(), arch: arch(), kernel: release(), cpus: cpus().length },
    runtime: sandbox.level === 'dagger' ? 'dagger' : 'local',
    sandbox: { level: sandbox.level, unsandboxed: facts.unsandboxed, enforcement: { ...sandbox.enforcement } },
    substrate: { ...sandbox.substrate },
    processes: facts.runs.flatMap(processesOf),
    audit: { head: audit.head(), entries: audit.length() },
  };
}

/** Where the time went; `ownCpuMs` and `ownMaxRssBytes` are of the orchestrator itself. */
const timings = ({ started, finished, runs }: RanFacts) => ({
  schemaVersion: 1,
  wallMs: finished.getTime() - started.getTime(),
  ownCpuMs: Math.round((process.cpuUsage().user + process.cpuUsage().system) / 1000),
  ownMaxRssBytes: process.resourceUsage().maxRSS * 1024,
  processes: runs
    .flatMap(processesOf)
    .map(({ id, wallMs, cpuMs, maxRssBytes }) => ({ id, wallMs, cpuMs, maxRssBytes })),
});

const processesOf = ({ outcome, job, reader }: StepRun): ProcessRecord[] => [
  ...(job ? [record(outcome.step, job)] : []),
  ...(reader ? [record(`${outcome.step}.reader`, reader)] : []),
];

const record = (id: string, { end, wallMs, cpuMs, maxRssBytes, logTruncated, kept }: JobResult): ProcessRecord => ({
  id,
  // The reason may be a line of standard error, which a tool can forge.
  end: end.kind === 'not-started' ? { ...end, reason: printable(redact(end.reason), 300) } : end,
  wallMs: Math.round(wallMs),
  cpuMs: cpuMs === null ? null : Math.round(cpuMs),
  maxRssBytes,
  logTruncated,
  ...(kept && { cached: true }),
});
