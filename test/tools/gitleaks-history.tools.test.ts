import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPackageCatalog } from '../../src/core/package.js';
import type { ScanResult } from '../../src/core/scan.js';
import { scanWith, temporaryFolder } from '../support/scan.js';
import { missingTools, POLICY } from './installed.js';

const catalog = await loadPackageCatalog();
const reason = (await missingTools(['gitleaks-history'], catalog)).get('gitleaks-history');
const run = reason === undefined ? it : (name: string, _: () => Promise<void>) => it.skip(`${name} (${reason})`);
const folder = temporaryFolder();
let count = 0;

/** Synthetic: the form of a GitHub token with nothing behind it. */
const TOKEN = `token = "ghp_${'aB3dE5fG7hJ9kL2mN4pQ6rS8tU1vW3xY5zA7'}"\n`;

/** A repository made of these steps: files to write, or `null` to remove, a commit each. */
function repositoryOf(...commits: Record<string, string | null>[]): string {
  const repo = join(folder, `repo-${count++}`);
  mkdirSync(repo);
  git(repo, 'init', '-q', '-b', 'main');
  for (const files of commits) {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(repo, path)), { recursive: true });
      if (text === null) rmSync(join(repo, path));
      else writeFileSync(join(repo, path), text);
    }
    git(repo, 'add', '-A', '-f');
    git(repo, 'commit', '-q', '--allow-empty', '-m', 'a change\n\ndiff --git a/x b/x\ncommit 0000\n');
  }
  return repo;
}

function git(repo: string, ...args: string[]): string {
  const who = { NAME: 'someone-private', EMAIL: 'private@example.org', DATE: '2024-01-02T03:04:05Z' };
  const env = Object.entries(who).flatMap(([name, value]) =>
    ['AUTHOR', 'COMMITTER'].map((role) => [`GIT_${role}_${name}`, value]),
  );
  const options = { cwd: repo, encoding: 'utf8', env: { ...process.env, ...Object.fromEntries(env) } } as const;
  return execFileSync('git', args, options).trim();
}

async function scanOf(tool: string, source: string, exportDir = join(folder, `out-${count++}`)): Promise<ScanResult> {
  const profile = { schemaVersion: 1 as const, name: 'alone', description: 'One tool.', tools: [tool] };
  const alone = { ...catalog, profiles: new Map([['alone', profile]]) };
  return scanWith(alone, { source, exportDir, profile: 'alone', policy: POLICY, asOf: '2026-11-21' });
}

const textOf = ({ bundle }: ScanResult, name: string): string => readFileSync(join(bundle.folder, name), 'utf8');
const findingsOf = (result: ScanResult): { path: string; commit?: string; startLine: number }[] =>
  textOf(result, 'findings.jsonl')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

describe('Gitleaks over the history', () => {
  run('is an error for a shallow clone, and not applicable without a repository', async () => {
    const origin = repositoryOf({ 'a.py': TOKEN }, { 'a.py': null, b: 'b' });
    const clone = join(folder, 'clone');
    execFileSync('git', ['clone', '-q', '--depth=1', `file://${origin}`, clone]);
    const { exitCode, evidence } = await scanOf('gitleaks-history', clone);
    expect([exitCode, evidence.outcomes[0]]).toMatchObject([
      3,
      { status: 'error', error: { message: expect.stringContaining('shallow') } },
    ]);
    rmSync(join(clone, '.git'), { recursive: true });
    const plain = await scanOf('gitleaks-history', clone);
    expect(plain.evidence.outcomes[0]).toMatchObject({ status: 'not-applicable', error: null });
  });

  run('finds a deleted secret that a scan of the files does not, and gives the same bundle twice', async () => {
    const repo = repositoryOf({ 'src/a.py': `# first\n${TOKEN}` }, { 'src/a.py': null, 'b.py': 'print(1)\n' });
    const first = git(repo, 'rev-parse', 'HEAD~1');
    expect(findingsOf(await scanOf('gitleaks', repo))).toEqual([]);
    const exportDir = join(folder, 'twice');
    const result = await scanOf('gitleaks-history', repo, exportDir);
    expect(result.evidence.outcomes[0]).toMatchObject({ status: 'findings', error: null, unread: [] });
    const message = expect.stringContaining(`(in commit ${first.slice(0, 12)})`);
    expect(findingsOf(result)).toMatchObject([{ path: 'src/a.py', commit: first, startLine: 2, message }]);
    expect((await scanOf('gitleaks-history', repo, exportDir)).bundle.how).toBe('added');
    expect(textOf(result, 'results.sarif')).toContain(first);
    expect(textOf(result, 'results.upload.sarif')).not.toContain(first);
    for (const name of ['findings.jsonl', 'results.sarif', 'reports/secrets/gitleaks-history.json'])
      expect(textOf(result, name)).not.toMatch(/ghp_|private@example|someone-private/);
  });

  run('is clean where no commit has a secret, also when nothing is left of the files', async () => {
    const result = await scanOf('gitleaks-history', repositoryOf({ 'a.py': 'print(1)\n' }, { 'a.py': null }));
    expect(result.evidence.outcomes[0]).toMatchObject({ status: 'clean', error: null, findings: 0 });
  });

  run('is steered by nothing in the history: names, attributes, bytes, comments, configuration', async () => {
    const names = [
      'a b.py',
      'c"d.py',
      'e\\f.py',
      'ü.py',
      ' lead.py',
      'b/b b/b.py',
      'commit x.py',
      '--- a',
      '@@ -1 +1 @@.py',
    ];
    const hidden = {
      'nul.py': `\0${TOKEN}`,
      'allowed.py': `${TOKEN.trimEnd()} # gitleaks:allow\n`,
      'renamed.png': TOKEN,
      'crlf.py': `x\r\n${TOKEN}`,
    };
    const steering = {
      '.gitattributes': '* -diff binary\n',
      '.gitleaks.toml': '[allowlist]\npaths = [".*"]\n',
      '.gitleaksignore': 'allowed.py:github-pat:1\n',
    };
    const files = { ...Object.fromEntries(names.map((name) => [name, TOKEN])), ...hidden, ...steering };
    const gone = Object.fromEntries(Object.keys(files).map((name) => [name, null]));
    const repo = repositoryOf(
      { a: 'a' },
      files,
      { 'renamed.png': null, 'renamed.py': TOKEN },
      { ...gone, 'renamed.png': 'x' },
    );
    const found = findingsOf(await scanOf('gitleaks-history', repo)).map(({ path }) => path);
    expect(found).toEqual([...names, 'nul.py', 'allowed.py', 'crlf.py', 'renamed.py'].sort());
  });

  run('sees what only a merge added', async () => {
    const repo = repositoryOf({ a: 'a' });
    git(repo, 'checkout', '-q', '-b', 'other');
    writeFileSync(join(repo, 'b'), 'b');
    git(repo, 'add', '.');
    git(repo, 'commit', '-qm', 'other');
    git(repo, 'checkout', '-q', 'main');
    git(repo, 'merge', '-q', '--no-ff', '--no-commit', 'other');
    writeFileSync(join(repo, 'm.py'), TOKEN);
    git(repo, 'add', '.');
    git(repo, 'commit', '-qm', 'merge');
    const merge = git(repo, 'rev-parse', 'HEAD');
    git(repo, 'rm', '-q', 'm.py');
    git(repo, 'commit', '-qm', 'gone');
    expect(findingsOf(await scanOf('gitleaks-history', repo))).toMatchObject([{ path: 'm.py', commit: merge }]);
  });
});
