import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdirSync, openSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { finalScreen, topFindings } from '../../src/cli/screen.js';
import { linesIn } from '../support/bundle.js';
import { temporaryFolder } from '../support/scan.js';
import { inFiles, type Scanned, scanBuilt } from './compare.js';
import { H0, writeTree } from './fixtures.js';

const PYTHON = H0['app.py'] ?? '';

/** File names that have broken scanners, as bytes; each holds the same Python source. */
const NAMES: Record<string, string | Buffer> = {
  newline: 'new\nline.py',
  'carriage return and tab': 'a\r\tb.py',
  'not UTF-8': Buffer.from('latin\xe9.py', 'latin1'),
  'half a character': Buffer.from('cut\xc3.py', 'latin1'),
  'right to left': 'gnp\u202eyp.py',
  'zero width': 'a\u200bb.py',
  'terminal escape': '\u001b[2Jx.py',
  'C1 control': 'a\u009b31mb.py',
  'leading dash': '--config=x.py',
  'two dashes': '--',
  prototype: '__proto__.py',
  constructor: 'constructor',
  'workflow command': '::error::x.py',
  '255 bytes': `${'n'.repeat(252)}.py`,
  'Windows device': 'con.py',
  'trailing dot and blank': 'a. .py',
  backslash: 'a\\..\\b.py',
  quotes: `'"\`$(touch x)\`.py`,
  percent: '%2e%2e%2fa%~.py',
  glob: '[a]*{b,c}?!.py',
  'decomposed letters': 'cafe\u0301.py',
  'composed letters': 'caf\u00e9.py',
  'upper case': 'CASE.py',
  'lower case': 'case.py',
  blank: ' .py',
  'jinja and shell': '{{7*7}};id;#.py',
  emoji: '\u{1f600}.py',
};
const scanned = (name: string | Buffer) => name.toString('latin1').endsWith('.py');

let source: string;
let plain: Scanned;
let hostile: Scanned;

beforeAll(async () => {
  const folder = temporaryFolder();
  source = join(folder, 'h3');
  mkdirSync(join(folder, 'h0'));
  writeTree(join(folder, 'h0'), H0);
  writeTree(source, H0);
  for (const name of Object.values(NAMES)) writeFileSync(inSource(name), PYTHON);
  writeTree(source, { [`${'d/'.repeat(100)}deep.py`]: PYTHON, 'dir\nname/x.py': PYTHON });
  deepFolders(join(source, 'too-deep'), 300);
  for (const [at, target] of [
    ['link.py', '/etc/passwd'],
    ['out.py', '../h0/app.py'],
    ['loop', 'loop'],
    ['up', '..'],
    ['dir', '/'],
    ['gone.py', 'nowhere.py'],
    ['inner.py', 'app.py'],
  ] as const)
    symlinkSync(target, join(source, at));
  execFileSync('mkfifo', [join(source, 'fifo.py')]);
  sparse(join(source, 'sparse.py'), 2 ** 31);
  plain = await scanBuilt(join(folder, 'h0'), join(folder, 'out', 'h0'));
  hostile = await scanBuilt(source, join(folder, 'out', 'h3'));
}, 120_000);

function inSource(name: string | Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${source}/`), Buffer.from(name)]);
}

function deepFolders(root: string, depth: number): void {
  mkdirSync(root);
  // One call a level: the whole path would be too long for the system.
  execFileSync('/bin/sh', [
    '-c',
    `cd "$1" && i=0 && while [ $i -lt ${depth} ]; do mkdir dddddddddd && cd dddddddddd || exit 1; i=$((i+1)); done; echo 'eval(x)' > x.py`,
    'sh',
    root,
  ]);
}

function sparse(path: string, size: number): void {
  const fd = openSync(path, 'w');
  ftruncateSync(fd, size);
  closeSync(fd);
}

/** The findings of `app.py` under another name. */
const rulesOf = (findings: readonly string[]) =>
  findings.map((finding) => finding.split(' ').slice(0, 2).join(' ')).sort();

describe('hostile file names', () => {
  it('change no finding in other files', () => {
    expect(inFiles(hostile.findings, Object.keys(H0))).toEqual(plain.findings);
  });

  it('of files, links and folders hide no finding in them', () => {
    const wanted = rulesOf(inFiles(plain.findings, ['app.py']));
    const byPath = new Map<string, string[]>();
    for (const { path, tool, rule } of linesIn(hostile.result.bundle.folder, 'findings.jsonl'))
      byPath.set(String(path), [...(byPath.get(String(path)) ?? []), `${tool} ${rule}`]);
    const added = [...byPath].filter(([path]) => !(path in H0));
    const names = Object.values(NAMES).filter(scanned);
    expect(added.filter(([, rules]) => JSON.stringify(rules.sort()) === JSON.stringify(wanted))).toHaveLength(
      names.length + 2,
    );
    for (const name of names.filter((one) => typeof one === 'string')) expect([...byPath.keys()]).toContain(name);
    expect([...byPath.keys()]).toEqual(expect.arrayContaining(['%~latin%E9.py', '%~cut%C3.py']));
  });

  it('are each listed when their file was not read', () => {
    const { unread } = hostile.result.evidence.snapshot;
    const reasons = new Map(unread.map(({ path, reason }) => [path, reason]));
    expect(Object.fromEntries([...reasons].filter(([path]) => !path.startsWith('too-deep')))).toEqual({
      'link.py': 'symlink-escape',
      'out.py': 'symlink-escape',
      dir: 'symlink-escape',
      up: 'symlink-escape',
      'fifo.py': 'special-file',
      'sparse.py': 'too-large',
    });
    expect([...reasons.keys()].filter((path) => path.startsWith('too-deep/'))).toHaveLength(1);
  });

  it('make the verdict an error, with the files named', () => {
    const { verdict, reasons } = hostile.result.evidence.verdict;
    expect(verdict).toBe('error');
    const messages = reasons.map(({ message }) => message).join('\n');
    expect(messages).toMatch(/fifo\.py/);
    expect(messages).toMatch(/sparse\.py/);
  });

  it('do not steer the screen', async () => {
    const screen = finalScreen(hostile.result, await topFindings(hostile.result, 1000), (_, text) => text);
    expect(screen).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e]/);
    expect(screen).not.toMatch(/^\s*::/m);
  });

  it('are in findings.jsonl without raw control characters', () => {
    const lines = linesIn(hostile.result.bundle.folder, 'findings.jsonl');
    expect(lines).toHaveLength(hostile.result.evidence.tally.findings);
  });
});
