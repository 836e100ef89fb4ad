import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recordCancel, recordEdits } from '../../../src/core/decisions.js';
import { type AuditEvent, auditChain } from '../../../src/core/lib/audit.js';
import { canonicalJson } from '../../../src/core/lib/canonical.js';
import { RunCeiling } from '../../../src/core/runtime/cancel.js';
import { recordPaths } from '../../../src/core/source/record-paths.js';
import { readAuditLog } from '../../../src/core/verify/audit-log.js';
import { linesIn } from '../../support/bundle.js';
import { scriptedCatalog } from '../../support/catalog.js';
import { SOUND } from '../../support/reports.js';
import { scanWith, temporaryFolder } from '../../support/scan.js';

type Logged = Record<string, unknown>;

/** The log of decisions of one scan. */
async function logOf(
  more: { cancelAt?: string; exclude?: string[] },
  fill: (source: string) => void = () => {},
): Promise<Logged[]> {
  const folder = temporaryFolder();
  const [source, exportDir] = [join(folder, 'source'), join(folder, 'out')];
  mkdirSync(source);
  writeFileSync(join(source, 'a.txt'), 'one\ntwo\n');
  fill(source);
  const catalog = await scriptedCatalog(folder, [
    { id: 'sound', script: SOUND },
    { id: 'none', tool: NOTHING, script: SOUND },
  ]);
  const cancel = new AbortController();
  const narrowing = { exclude: more.exclude ?? [] };
  const request = { source, exportDir, profile: 'scripted', narrowing, exitZero: true };
  const { bundle } = await scanWith(catalog, request, {
    signal: cancel.signal,
    onEvent: (event) => {
      if (event.type === 'step' && event.state === more.cancelAt) cancel.abort();
    },
  });
  const [run = ''] = readdirSync(join(bundle.folder, 'runs'));
  return linesIn(join(bundle.folder, 'runs', run), 'audit.jsonl');
}

const NOTHING = { appliesTo: { files: ['*.none'] } };
const ofKind = (log: readonly Logged[], kind: string): Logged[] => log.filter((entry) => entry['kind'] === kind);
const short = (log: readonly Logged[], ...names: string[]): string[] =>
  log.map((entry) => names.map((name) => String(entry[name])).join(' '));

describe('the log of decisions of a scan', () => {
  it('has each decision, with who made it', async () => {
    const log = await logOf({ exclude: ['*.md'] }, (source) => {
      symlinkSync('/etc/passwd', join(source, 'out'));
      writeFileSync(join(source, 'b.md'), 'x');
      writeFileSync(join(source, '.env'), 'x=1\n');
    });
    expect([...new Set(short(log, 'kind'))].sort()).toEqual([
      'admission',
      'budget',
      'capability',
      'command',
      'path',
      'state',
      'write',
    ]);
    expect(
      log.filter(({ actor, time, run }) => ![actor, time, run].every((value) => typeof value === 'string')),
    ).toEqual([]);
    expect(short(ofKind(log, 'admission'), 'tool', 'decision', 'actor')).toEqual([
      'sound in profile',
      'none in profile',
    ]);
    expect(short(ofKind(log, 'capability'), 'step', 'decision')).toEqual([
      'sound granted',
      'sound denied',
      'none granted',
      'none denied',
    ]);
    expect(ofKind(log, 'capability')[0]?.['capabilities']).toMatchObject({ memoryBytes: 2 ** 28, pids: 32 });
    expect(short(ofKind(log, 'path'), 'path', 'decision', 'actor')).toEqual([
      'out refused scanner',
      'operator-exclude excluded operator',
      'secretsOnly for secret scanners only policy',
    ]);
    const states = short(ofKind(log, 'state'), 'what', 'from', 'to');
    expect(states.filter((state) => !state.startsWith('step '))).toEqual([
      'plan requested admitted',
      expect.stringMatching(/^sandbox closed \w+$/),
      'exit code of the verdict 0',
      'snapshot taking taken',
      'verdict open fail',
      'bundle staged published',
    ]);
    // Steps run at the same time.
    expect(states.filter((state) => state.startsWith('step ')).sort()).toEqual([
      'step none planned not-applicable',
      'step sound planned running',
      'step sound running findings',
    ]);
    expect(short(ofKind(log, 'write'), 'path')).toContain('attestation.intoto.json');
    expect(JSON.stringify(log)).not.toContain('x=1');
  });

  it('says when and by whom a run was cancelled', async () => {
    const log = await logOf({ cancelAt: 'running' });
    expect(ofKind(log, 'cancel')).toMatchObject([{ actor: 'operator', reason: 'the run was cancelled' }]);
    expect(short(ofKind(log, 'state'), 'what', 'to')).toContain('step sound cancelled');
  });
});

/** What is recorded by `use`. */
function recorded(use: (audit: { record: (event: AuditEvent) => void }) => void): AuditEvent[] {
  const events: AuditEvent[] = [];
  use({ record: (event) => void events.push(event) });
  return events;
}

describe('a cancel', () => {
  it('by the ceiling is the policy’s', () => {
    const events = recorded((audit) => {
      const cancel = new AbortController();
      recordCancel(audit, cancel.signal);
      cancel.abort(new RunCeiling(3));
    });
    expect(events).toEqual([{ kind: 'cancel', actor: 'policy', reason: 'the run reached its ceiling of 3 s' }]);
  });

  it('before the log was opened is recorded, one after it was closed is not', () => {
    expect(recorded((audit) => void recordCancel(audit, AbortSignal.abort()))).toHaveLength(1);
    const late = recorded((audit) => {
      const cancel = new AbortController();
      recordCancel(audit, cancel.signal)();
      cancel.abort();
    });
    expect(late).toEqual([]);
  });
});

describe('many decisions of one kind', () => {
  const refused = Array.from({ length: 5000 }, (_, i) => ({
    type: 'unread' as const,
    path: `l${i}`,
    reason: 'symlink-escape' as const,
    detail: 'd',
    audit: 'escape' as const,
  }));

  it('are listed up to a number, and then counted', () => {
    const end = { type: 'end', entries: 0, unread: 5000, bytes: 0, ignored: 0 } as const;
    const paths = recorded((audit) => recordPaths({ entries: [], unread: refused, excluded: [], end }, audit));
    expect(paths).toHaveLength(202);
    expect(paths[200]).toMatchObject({ path: 'escape', decision: 'refused', reason: '4800 more paths' });
    const edits = refused.map(({ path }) => ({
      path,
      change: 'added' as const,
      decision: 'denied' as const,
      rule: 'r',
    }));
    const facts = { kind: 'ref' as const, id: 'r', commit: null, steps: [], edits };
    expect(recorded((audit) => recordEdits(audit, facts))).toHaveLength(201);
  });
});

/** One of each kind; a kind that is missing here does not compile. */
const EACH: { [K in AuditEvent['kind']]: Extract<AuditEvent, { kind: K }> } = {
  state: { kind: 'state', what: 'w', from: 'a', to: 'b', reason: 'r', actor: 'policy' },
  admission: { kind: 'admission', tool: 't', decision: 'in', reason: 'r', actor: 'profile' },
  capability: {
    kind: 'capability',
    step: 's',
    decision: 'denied',
    capabilities: { net: 'x' },
    reason: 'r',
    actor: 'policy',
  },
  path: { kind: 'path', path: 'p', decision: 'refused', class: 'c', reason: 'r', actor: 'scanner' },
  write: { kind: 'write', path: 'p', decision: 'allowed', class: 'c', actor: 'scanner' },
  command: { kind: 'command', step: 's', argvDigest: 'd', exitCode: null, durationMs: 1, actor: 'scanner' },
  network: { kind: 'network', host: 'h', status: 's', callsLeft: 0, actor: 'operator' },
  budget: { kind: 'budget', what: 'w', used: 1, limit: 0, actor: 'policy' },
  waiver: { kind: 'waiver', waiver: 'w', decision: 'used', findings: 1, reason: 'r', actor: 'policy' },
  cancel: { kind: 'cancel', reason: 'r', actor: 'operator' },
};

describe('a log', () => {
  const folder = temporaryFolder();
  const read = async (events: readonly AuditEvent[]) => {
    const lines: string[] = [];
    const chain = auditChain(
      'run',
      () => new Date(0),
      (entry) => void lines.push(`${canonicalJson(entry)}\n`),
    );
    for (const event of events) chain.record(event);
    writeFileSync(join(folder, 'audit.jsonl'), lines.join(''));
    return readAuditLog({ root: folder, files: ['audit.jsonl'], measured: new Map() }, 'audit.jsonl', 'run');
  };

  it('with an entry of each kind is sound', async () => {
    expect(await read(Object.values(EACH))).toMatchObject({ entries: 10 });
  });

  it('with an entry of another kind is not', async () => {
    const other: AuditEvent = JSON.parse('{"kind":"other","actor":"policy"}');
    await expect(read([EACH.state, other])).rejects.toThrow(/entry 1 is out of form/);
  });
});
