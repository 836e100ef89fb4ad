import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { signedAs } from '../../src/core/attest/sign.js';
import { writeRunRecord } from '../../src/core/attest/write.js';
import { closeIncomplete, openIncomplete } from '../../src/core/bundle/incomplete.js';
import { pointLatest, publish } from '../../src/core/bundle/publish.js';
import { openAuditLog } from '../../src/core/bundle/run-record.js';
import { addBundle, chainRun } from '../../src/core/history/add.js';
import { approve } from '../../src/core/history/approve.js';
import { sha256File } from '../../src/core/lib/digest.js';
import type { Sandbox } from '../../src/core/lib/sandbox/job.js';
import { readPrivateKey } from '../../src/core/lib/signing/keys.js';

/** What the child is to do. */
export type RecorderOrder =
  /** The end of a scan: the log of a run, its record beside the evidence of a bundle, publishing, history. */
  | { what: 'run'; exportDir: string; evidence: string; runId: string; id: string; verdict: 'pass' | 'fail' | 'error' }
  | { what: 'add'; exportDir: string; ids: string[] }
  | { what: 'approve'; exportDir: string; id: string; pem: string };

const declared = 'declared';
const NO_SANDBOX = {
  level: 'none',
  enforcement: {
    memoryBytes: declared,
    cpuSeconds: declared,
    wallSeconds: declared,
    pids: declared,
    outputBytes: declared,
    logBytes: declared,
    tmpBytes: declared,
    net: declared,
    filesystem: declared,
    syscalls: declared,
    uid: declared,
  },
  substrate: {},
  run: () => Promise.reject(new Error('nothing is run')),
  bring: () => Promise.reject(new Error('nothing is run')),
} satisfies Sandbox;

const order: RecorderOrder = JSON.parse(process.argv[2] ?? '');
switch (order.what) {
  case 'run':
    await recordRun(order);
    break;
  case 'add':
    for (const id of order.ids) await addBundle({ exportDir: order.exportDir, id });
    break;
  case 'approve':
    await approveIt(order);
}

/** As `scan` does it, with everything that writes the log and the history; what sandboxes do is left out. */
async function recordRun({ exportDir, evidence, runId, id, verdict }: Extract<RecorderOrder, { what: 'run' }>) {
  const started = new Date();
  const incomplete = await openIncomplete(exportDir, runId, started.toISOString());
  const staged = join(incomplete, 'bundle');
  cpSync(evidence, staged, { recursive: true });
  for (const name of ['runs', 'approvals']) rmSync(join(staged, name), { recursive: true, force: true });
  const folder = join(staged, 'runs', runId);
  const audit = openAuditLog(folder, runId, () => new Date());
  for (const path of ['a', 'b', 'c'])
    audit.record({ kind: 'write', path, decision: 'allowed', class: 'evidence', actor: 'scanner' });
  audit.close();
  const indexSha256 = await sha256File(join(staged, 'bundle.json'));
  const exitCode = { pass: 0, fail: 1, error: 3 }[verdict];
  const facts = {
    id: runId,
    folder,
    started,
    finished: new Date(),
    version: '0',
    unsandboxed: false,
    runs: [],
    events: [],
  };
  const ended = { verdict, exitCode, exitZero: false };
  await writeRunRecord({ ...facts, sandbox: NO_SANDBOX, verdict: ended, audit, signedAs: signedAs([]) }, indexSha256);
  const bundle = await publish(staged, exportDir, id, indexSha256, false);
  await chainRun(exportDir, bundle, runId);
  await pointLatest(exportDir, bundle.id, incomplete);
  await closeIncomplete(incomplete);
}

async function approveIt({ exportDir, id, pem }: Extract<RecorderOrder, { what: 'approve' }>) {
  const key = readPrivateKey(pem, 'k', undefined);
  await approve({ exportDir, id }, { key, comment: 'seen' }, () => new Date());
}
