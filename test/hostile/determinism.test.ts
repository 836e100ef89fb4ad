import { chmodSync, cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { filesIn } from '../support/bundle.js';
import { buildOrchestrator, type ChildOptions, scanInChild } from '../support/child.js';
import { temporaryFolder } from '../support/scan.js';
import { commitAll, H0, writeTree } from './fixtures.js';

const USER = 'an ordinary user';
/** Only root can become another. */
const canRun = (name: string): boolean => name !== USER || process.getuid?.() === 0;

/** What may differ between two runs of the same scan. */
const RUNS: [name: string, jobs: number, options: ChildOptions][] = [
  ['plain', 4, {}],
  ['one job', 1, {}],
  ['a Turkish locale', 2, { env: { LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8', TZ: 'Asia/Kathmandu' } }],
  ['the C locale', 2, { env: { LANG: 'C', LC_ALL: 'C', TZ: 'America/St_Johns' } }],
  ['a strict umask', 2, { wrap: ['/bin/sh', '-c', 'umask 077; exec "$@"', 'sh'] }],
  ['an open umask', 2, { wrap: ['/bin/sh', '-c', 'umask 000; exec "$@"', 'sh'] }],
  [
    'other variables',
    2,
    {
      env: {
        NODE_OPTIONS: '--no-deprecation',
        GIT_DIR: '/nowhere',
        HOME: '/nowhere',
        NO_COLOR: '1',
        FORCE_COLOR: '3',
        CI: 'true',
        XDG_CONFIG_HOME: '/nowhere',
      },
    },
  ],
  [USER, 2, { wrap: ['setpriv', '--reuid', '1001', '--regid', '1001', '--clear-groups', '--'], env: { HOME: '/' } }],
];

interface Left {
  sha256: string;
  files: Map<string, string>;
}

const bundles = new Map<string, Left>();
let place: string;
beforeAll(async () => {
  const folder = temporaryFolder();
  place = folder;
  chmodSync(folder, 0o755);
  const orchestrator = await buildOrchestrator(folder);
  const original = join(folder, 'original');
  writeTree(original, { ...H0, 'umlaut \u00e4 i\u0307 I.py': H0['app.py'] ?? '' });
  commitAll(original);
  for (const [i, [name, jobs, options]] of RUNS.entries()) {
    if (!canRun(name)) continue;
    const source = join(folder, `copy-${i}`.padEnd(8 + 7 * i, 'x'));
    cpSync(original, source, { recursive: true });
    const exportDir = join(folder, `out-${i}`);
    mkdirSync(exportDir);
    chmodSync(exportDir, 0o777);
    const answer = await scanInChild(orchestrator, { request: { source, exportDir, jobs } }, options);
    if (answer === 'killed' || answer.bundle === undefined) throw new Error(`${name}: ${JSON.stringify(answer)}`);
    bundles.set(name, left(answer.bundle));
  }
}, 180_000);

/** The evidence: everything but the run records. */
function left(bundle: string): Left {
  const evidence = [...filesIn(bundle)].filter(([path]) => !path.startsWith('runs/'));
  const files = new Map(evidence.map(([path, data]) => [path, data.toString('utf8')]));
  return { sha256: bundle.slice(-8), files };
}

describe('the same source scanned again', () => {
  it.each(RUNS.map(([name]) => name).filter(canRun))('under %s gives the same bytes', (name) => {
    const [first, other] = [bundles.get('plain'), bundles.get(name)];
    expect([...(other?.files.keys() ?? [])]).toEqual([...(first?.files.keys() ?? [])]);
    for (const [path, text] of first?.files ?? []) expect(other?.files.get(path), path).toBe(text);
    expect(other?.sha256).toBe(first?.sha256);
    expect(first?.files.get('findings.jsonl')?.split('\n').length).toBeGreaterThan(15);
  });

  it.skipIf(!canRun(USER))('under an ordinary user too (skipped: only root can become another)', () => {
    expect(bundles.has(USER)).toBe(true);
  });

  it('names no place of this host in the evidence', () => {
    for (const [path, text] of bundles.get('plain')?.files ?? []) expect(text, path).not.toContain(place);
  });
});
