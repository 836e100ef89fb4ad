import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEvent } from './lib/audit.js';
import { Fault, type Problem, Refusal } from './lib/errors.js';
import type { NamedDocument } from './lib/named-document.js';
import { openSandbox } from './lib/sandbox/open.js';
import { loadPackageCatalog } from './package.js';
import type { Catalog } from './plan/catalog.js';
import type { TrustedBase } from './plan/plan.js';
import type { PlanRequest } from './plan/request.js';
import { snapshotLimits } from './plan/snapshot-rules.js';
import { defaultPolicy, readPolicy } from './policy/default.js';
import { readableByJobs } from './runtime/readable.js';
import { stageLocked } from './runtime/stage.js';
import type { ScanRequest } from './scan-request.js';
import { signerOf, withCheckedSignatures } from './signed-documents.js';
import { atRef } from './source/at-ref.js';
import { controlClass } from './source/control-files.js';
import { linkStates } from './source/link-states.js';
import { removeTree } from './source/remove-tree.js';
import { parseSource, withGitDir } from './source/request.js';
import type { Snapshot, SnapshotEntry } from './source/snapshot.js';
import { takeSnapshot } from './source/take.js';

/** The folder of a repository that holds its own rules. Nothing of it counts but at the commit of `--policy-from`. */
export const RULES_FOLDER = '.security-scan';

const DOCUMENTS = {
  policy: [`${RULES_FOLDER}/policy.yaml`],
  manifest: [`${RULES_FOLDER}/manifest.yaml`, `${RULES_FOLDER}/manifest.json`],
  waivers: [`${RULES_FOLDER}/waivers.yaml`],
} as const;
const SIGNATURE = `${RULES_FOLDER}/policy.yaml.sigstore.json`;
const TOOLS = `${RULES_FOLDER}/tools/`;

/** A request whose rules are settled, and the decisions that were made on the way. */
export interface Based {
  request: ScanRequest;
  catalog: Catalog;
  decisions: readonly AuditEvent[];
}

/**
 * Takes policy, manifest and tool files from the commit that `policyFrom` names, never from the tree under scan. What the
 * operator names himself stands: a policy of the organisation is not replaced by one of the repository. Throws `Refusal`
 * for a ref without rules, `Fault` for a commit whose tree cannot be verified by its hashes.
 */
export async function withTrustedBase(request: ScanRequest, catalog: Catalog, signal: AbortSignal): Promise<Based> {
  if (request.policyFrom === undefined) return { request: withCheckedSignatures(request), catalog, decisions: [] };
  const work = await mkdtemp(join(tmpdir(), 'security-scan-base-'));
  try {
    await readableByJobs(work);
    const decisions: AuditEvent[] = [];
    const snapshot = await snapshotAt(request, request.policyFrom, { work, catalog, signal, decisions });
    const based = await adopt(request, request.policyFrom, snapshot, catalog);
    return { ...based, request: withCheckedSignatures(based.request), decisions };
  } finally {
    await removeTree(work);
  }
}

interface At {
  work: string;
  catalog: Catalog;
  signal: AbortSignal;
  decisions: AuditEvent[];
}

/** The whole commit: only when all of its tree was read can our own hashes say that it is that commit. */
async function snapshotAt(request: ScanRequest, ref: string, { work, catalog, signal, decisions }: At) {
  const source = atRef(withGitDir(parseSource(request.source), request.allowGitDir ?? false), ref);
  const sandbox = await openSandbox({
    scratch: work,
    ...(request.unsandboxed ? { force: 'none' as const } : { minimum: defaultPolicy().sandbox.embedded }),
  });
  const worker = join(work, 'worker');
  await stageLocked('snapshot', catalog, worker);
  const audit = { record: (event: AuditEvent) => void decisions.push(event) };
  const limits = snapshotLimits(defaultPolicy());
  const snapshot = await takeSnapshot(source, { sandbox, audit, worker, scratch: work, limits, pathRules: [], signal });
  await sandbox.bring(snapshot.folder, signal);
  return snapshot;
}

async function adopt(request: ScanRequest, ref: string, snapshot: Snapshot, catalog: Catalog) {
  const { subject, folder } = snapshot;
  if (subject.kind !== 'gitCommit') throw unverified(ref, snapshot);
  const entries = new Map(snapshot.entries.map((entry) => [entry.path, entry]));
  const own = [...entries.keys()].filter((path) => path.startsWith(`${RULES_FOLDER}/`));
  const [policy, manifest, waivers] = await Promise.all(
    [DOCUMENTS.policy, DOCUMENTS.manifest, DOCUMENTS.waivers].map((names) => documentAt(names, entries, folder, ref)),
  );
  const tools = own.filter((path) => path.startsWith(TOOLS));
  if (policy === undefined && manifest === undefined && tools.length === 0) throw nothingThere(ref);
  const signature = await documentAt([SIGNATURE], entries, folder, ref);
  const signedBy = policySigner(request, policy, signature, ref);
  refuseLinks(
    tools.flatMap((path) => entries.get(path) ?? []),
    ref,
  );
  const chosen = {
    policy: request.policy ?? (policy && signedBy ? { ...policy, signedBy } : policy),
    manifest: request.manifest ?? manifest,
    waivers: request.waivers ?? waivers,
  };
  const took = [
    ...(request.policy === undefined && policy !== undefined ? [policy.path] : []),
    ...(request.manifest === undefined && manifest !== undefined ? [manifest.path] : []),
    ...(request.waivers === undefined && waivers !== undefined ? [waivers.path] : []),
    ...(request.tools === undefined ? tools : []),
  ].sort();
  const withTools = request.tools === undefined && tools.length > 0;
  const base = {
    ref,
    commit: subject.commit,
    authenticated: authenticatedBy(request, ref, subject.commit),
    took,
    files: controlFiles(snapshot),
  };
  return {
    request: { ...request, ...chosen, base },
    catalog: withTools ? await loadPackageCatalog(join(folder, 'general', TOOLS)) : catalog,
  };
}

/**
 * The full id of the commit, or a policy of the operator's own that names it: only they say which commit is meant, whatever
 * branches and tags are made to name. A signature on the commit's policy does not: it covers none of its other files.
 */
function authenticatedBy({ policy }: ScanRequest, ref: string, commit: string): TrustedBase['authenticated'] {
  if (ref.toLowerCase() === commit) return 'commit';
  const own = policy && readPolicy(policy.text, policy.file);
  return own?.trust.commits.includes(commit) ? 'policy' : null;
}

/** With a key from the operator the policy at the commit must be signed by it. */
function policySigner(
  { policyKey }: ScanRequest,
  policy: Found | undefined,
  signature: Found | undefined,
  ref: string,
) {
  if (policyKey === undefined) return undefined;
  if (policy === undefined || signature === undefined)
    throw refusal(
      `${ref} has no signed policy`,
      `Commit ${DOCUMENTS.policy[0]} and ${SIGNATURE}, made by \`policy sign\`.`,
    );
  return signerOf(policy, signature, [policyKey]).keyid;
}

function controlFiles({ entries }: Snapshot): NonNullable<PlanRequest['base']>['files'] {
  const isControl = (path: string) => controlClass(path) !== undefined;
  const links = linkStates(entries, isControl);
  return entries
    .filter(({ path }) => isControl(path))
    .map(({ path, gitBlob }) => ({ path, state: links.get(path) ?? gitBlob }));
}

type Found = NamedDocument & { path: string };

async function documentAt(
  names: readonly string[],
  entries: ReadonlyMap<string, SnapshotEntry>,
  folder: string,
  ref: string,
): Promise<Found | undefined> {
  const there = names.flatMap((name) => entries.get(name) ?? []);
  refuseLinks(there, ref);
  const [entry, another] = there;
  if (entry === undefined) return undefined;
  if (another !== undefined) throw refusal(`${ref} has both ${entry.path} and ${another.path}`, 'Remove one of them.');
  return { file: `${ref}:${entry.path}`, path: entry.path, text: await readFile(join(folder, entry.class, entry.at)) };
}

function refuseLinks(entries: readonly SnapshotEntry[], ref: string): void {
  const links = entries.filter(({ mode }) => mode === '120000');
  if (links.length > 0) throw refusal(`${ref}:${links[0]?.path} is a link`, 'Put the file itself there.');
}

const nothingThere = (ref: string) =>
  refusal(
    `${ref} has no rules: neither a policy nor a manifest nor tool files under ${RULES_FOLDER}/`,
    `Commit them there, or give your own with --policy.`,
  );

const refusal = (message: string, remedy: string): Refusal => {
  const problem: Problem = { message: `--policy-from: ${message}`, remedy };
  return new Refusal('policy', [problem]);
};

function unverified(ref: string, { unread }: Snapshot): Fault {
  const first = unread[0];
  const why =
    first === undefined ? '' : `; ${unread.length} files could not be read, first ${first.path} (${first.reason})`;
  const remedy = 'Give a clone that has the whole tree of that commit; git fetch may be needed first.';
  return new Fault('snapshot', `--policy-from: the tree of ${ref} is not the one that its commit names${why}`, remedy);
}
