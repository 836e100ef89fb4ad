import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ScanResult } from '../../src/core/scan.js';
import { verifyAudit } from '../support/audit.js';
import { documentIn, filesIn, linesIn } from '../support/bundle.js';
import { runTools } from '../support/faults.js';
import { leaves, reportText } from '../support/reports.js';

let result: ScanResult;
let record: string;
beforeAll(async () => {
  const chatty = leaves(reportText([]), "console.log('to the log'); console.error('to the other');");
  ({ result } = await runTools([
    { id: 'chatty', script: chatty },
    { id: 'fails', script: 'process.exit(3);' },
  ]));
  const [path = ''] = [...filesIn(result.bundle.folder).keys()].filter((name) => name.endsWith('run.intoto.json'));
  record = join(result.bundle.folder, path, '..');
}, 60_000);

const auditText = () => readFileSync(join(record, 'audit.jsonl'), 'utf8');
const audit = () => linesIn(record, 'audit.jsonl');

describe('the run record', () => {
  it('has a file for each thing that varies', () => {
    const logs = ['logs/chatty.stderr.log', 'logs/chatty.stdout.log'];
    expect([...filesIn(record).keys()]).toEqual([
      'audit.jsonl',
      'events.jsonl',
      ...logs,
      'run.intoto.json',
      'timings.json',
    ]);
  });

  it('states times, host, runtime, what is enforced, substrate and processes', () => {
    const index = readFileSync(join(result.bundle.folder, 'bundle.json'));
    const sha256 = createHash('sha256').update(index).digest('hex');
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const words = expect.stringMatching(/\w/);
    const limits = [
      'memoryBytes',
      'cpuSeconds',
      'wallSeconds',
      'pids',
      'outputBytes',
      'logBytes',
      'tmpBytes',
      'net',
      'filesystem',
      'syscalls',
      'uid',
    ];
    expect(documentIn(record, 'run.intoto.json')).toMatchObject({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'bundle.json', digest: { sha256 } }],
      predicate: {
        run: words,
        started: time,
        finished: time,
        generator: { name: 'security-scan', version: words },
        host: { platform: process.platform, arch: process.arch, kernel: words, cpus: expect.any(Number) },
        runtime: 'local',
        sandbox: {
          level: words,
          unsandboxed: false,
          enforcement: Object.fromEntries(limits.map((name) => [name, words])),
        },
        substrate: { node: { path: words, version: process.versions.node } },
        verdict: { verdict: 'error', exitCode: 3, exitZero: false },
        processes: expect.arrayContaining([
          expect.objectContaining({ id: 'fails', end: { kind: 'exited', exitCode: 3 } }),
        ]),
      },
    });
  });

  it('has a chain of decisions that verifies, with the head that the run statement names', () => {
    const { predicate } = documentIn(record, 'run.intoto.json') as { predicate: { run: string; audit: object } };
    expect(verifyAudit(auditText(), predicate.run)).toEqual(predicate.audit);
  });

  it('has a chain in which no entry can be changed, left out or moved', () => {
    const { predicate } = documentIn(record, 'run.intoto.json') as { predicate: { run: string } };
    const lines = auditText().split('\n');
    const verify = (changed: string[]) => () => verifyAudit(changed.join('\n'), predicate.run);
    expect(verify(lines)).not.toThrow();
    expect(verify(lines.toSpliced(3, 1))).toThrow();
    expect(verify(lines.toSpliced(3, 2, lines[4] ?? '', lines[3] ?? ''))).toThrow();
    expect(verify(lines.map((line, i) => (i === 2 ? line.replace(/"time":"2/, '"time":"3') : line)))).toThrow();
    expect(() => verifyAudit(auditText(), 'another-run')).toThrow();
  });

  it('records each kind of decision', () => {
    const written = audit()
      .filter(({ kind }) => kind === 'write')
      .map(({ path }) => path);
    const { files } = documentIn(result.bundle.folder, 'bundle.json') as { files: { path: string }[] };
    expect(written.sort()).toEqual(['attestation.intoto.json', 'bundle.json', ...files.map(({ path }) => path)].sort());
    const commands = audit()
      .filter(({ kind }) => kind === 'command')
      .map(({ step }) => step);
    expect(commands).toEqual(
      expect.arrayContaining(['source-snapshot', 'chatty', 'chatty.reader', 'fails', 'sound', 'sound.reader']),
    );
    const states = audit()
      .filter(({ kind }) => kind === 'state')
      .map(({ what, to }) => `${what}: ${to}`);
    expect(states).toEqual(
      expect.arrayContaining([
        'snapshot: taken',
        'step fails: error',
        'step chatty: clean',
        'verdict: error',
        'bundle: published',
      ]),
    );
    expect(audit().filter(({ kind }) => kind === 'budget')).toContainEqual(
      expect.objectContaining({ what: 'overall high', used: 1, limit: 0 }),
    );
  });
});
