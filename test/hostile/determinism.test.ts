import { chmodSync, cpSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildOrchestrator, type ChildOptions, scanInChild } from '../support/child.js';
import { filesIn } from '../support/bundle.js';
import { temporaryFolder } from '../support/scan.js';
import { commitAll, H0, writeTree } from './fixtures.js';

const isRoot = process.getuid?.() === 0;

/** What may differ between two runs of the same scan. */
const RUNS: [name: string, jobs: number, options: ChildOptions][] = [
  ['plain', 4, {}],
  ['one job', 1, {}],
  ['a Turkish locale', 2, { env: { LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8', TZ: 'Asia/Kathmandu' } }],
  ['the C locale', 2, { env: { LANG: 'C', LC_ALL: 'C', TZ: 'America/St_Johns' } }],
  ['a strict umask', 2, { wrap: ['/bin/sh', '-c', 'umask 077; exec "$@"', 'sh'] }],
  ['an open umask', 2, { wrap: ['/bin/sh', '-c', 'umask 000; exec "$@"', 'sh'] }],
  ['other variables', 2, { env: { NODE_OPTIONS: '--no-deprecation', GIT_DIR: '/nowhere', HOME: '/nowhere', NO_COLOR: '1', FORCE_COLOR: '3', CI: 'true', XDG_CONFIG_HOME: '/nowhere' } }],
  ...(isRoot ? [['an ordinary user', 2, { wrap: ['setpriv', '--reuid', '1001', '--regid', '1001', '--clear-groups', '--'], env: { HOME: '/' } }] satisfies [string, number, ChildOptions]] : []),
];

interface Left {
  sha256: string;
  files: Map<string, string>;
}

let bundles: Left[];
beforeAll(async () => {
  const folder = temporaryFolder();
  chmodSync(folder, 0o755);
  const orchestrator = await buildOrchestrator(folder);
  const original = join(folder, 'original');
  writeTree(original, { ...H0, 'umlaut \u00e4 i\u0307 I.py': H0['app.py'] ?? '' });
  commitAll(original);
  bundles = [];
  for (const [i, [, jobs, options]] of RUNS.entries()) {
    const source = join(folder, `copy-${i}`.padEnd(8 + 7 * i, 'x'));
    cpSync(original, source, { recursive: true });
    const exportDir = join(folder, `out-${i}`);
    mkdirSync(exportDir);
    chmodSync(exportDir, 0o777);
    const answer = await scanInChild(orchestrator, { request: { source, exportDir, jobs } }, options);
    if (answer === 'killed' || answer.bundle === undefined) throw new Error(`${RUNS[i]?.[0]}: ${JSON.stringify(answer)}`);
    bundles.push(left(answer.bundle));
  }
}, 180_000);

/** The evidence: everything but the run records. */
function left(bundle: string): Left {
  const evidence = [...filesIn(bundle)].filter(([path]) => !path.startsWith('runs/'));
  const files = new Map(evidence.map(([path, data]) => [path, data.toString('utf8')]));
  return { sha256: bundle.slice(-8), files };
}

describe('the same source scanned again', () => {
  it.each(RUNS.map(([name], i) => [name, i] as const))('under %s gives the same bytes', (_, i) => {
    const [first, other] = [bundles[0], bundles[i]];
    expect([...(other?.files.keys() ?? [])]).toEqual([...(first?.files.keys() ?? [])]);
    for (const [path, text] of first?.files ?? []) expect(other?.files.get(path), path).toBe(text);
    expect(other?.sha256).toBe(first?.sha256);
    expect(first?.files.get('findings.jsonl')?.split('\n').length).toBeGreaterThan(15);
  });

  it.skipIf(isRoot)('under another user is not tried (only root can become one)', () => {});

  it('names no place of this host in the evidence', () => {
    const hostname = readFileSync('/proc/sys/kernel/hostname', 'utf8').trim();
    for (const [path, text] of bundles[0]?.files ?? []) {
      expect(text, path).not.toContain(process.cwd());
      expect(text, path).not.toContain('copy-0');
      expect(text, path).not.toContain(hostname);
    }
  });
});
