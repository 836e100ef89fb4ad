import { cpSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { diffJson, diffMarkdown, diffText } from '../../src/cli/diff-screen.js';
import type { BundleDiff, ListedFinding } from '../../src/core/diff/diff.js';
import { canonicalJson } from '../../src/core/lib/canonical.js';
import { cli } from '../support/cli.js';
import { temporaryFolder } from '../support/scan.js';

const FOLDER = temporaryFolder();
const SHELL = 'import subprocess\nsubprocess.call(input(), shell=True)\n';

/** Scans one Python file into a folder of its own. */
async function bundleOf(name: string, text: string): Promise<string> {
  const source = join(FOLDER, name, 'source');
  mkdirSync(source, { recursive: true });
  writeFileSync(join(source, 'a.py'), text);
  await cli([source, '--export-dir', join(FOLDER, name, 'out'), '--profile', 'smoke']);
  return join(FOLDER, name, 'out', 'latest');
}

let before: string;
let after: string;
beforeAll(async () => {
  before = await bundleOf('before', SHELL);
  after = await bundleOf('after', `import yaml\n${SHELL}yaml.load(input())\n`);
});

const HOSTILE = 'a\u001b]0;x\u0007|`<b>@all\u202e\n# b';
const listed: ListedFinding = {
  tool: 'ruff',
  rule: HOSTILE,
  severity: 'high',
  kind: 'fail',
  path: HOSTILE,
  line: 1,
  message: HOSTILE,
  fingerprint: '0'.repeat(64),
};
const changed = { ...listed, was: { line: 2, severity: 'low' as const }, members: ['severity'] };
const DIFF: BundleDiff = {
  verdict: { was: 'pass', is: 'fail' },
  findings: {
    new: [listed, listed],
    fixed: [listed],
    unjudged: [listed],
    moved: [changed],
    changed: [changed],
    unchanged: 3,
  },
  plan: {
    tools: [{ tool: HOSTILE, change: 'added', members: [] }],
    policy: [{ path: HOSTILE, was: HOSTILE, is: null }],
    plan: [{ path: HOSTILE, was: null, is: HOSTILE }],
  },
  source: [{ path: 'treeDigest', was: '"a"', is: '"b"' }],
  worse: true,
};

describe('the screens of a comparison', () => {
  it('give no text of a bundle a way to steer what shows it', () => {
    for (const pieces of [[...diffText(DIFF)], [...diffMarkdown(DIFF)]]) {
      // One line for each thing: none has a line break of its own.
      for (const piece of pieces) expect(piece.trim()).not.toMatch(/[\u001b\u0007\u202e]|\S\n# b/);
      expect(pieces.join('')).toContain('\\u{1b}');
    }
    expect([...diffMarkdown(DIFF)].join('')).not.toMatch(/<b>|[^\\]`|@all/);
  });

  it('have the same JSON as the canonical form of the whole', () => {
    expect([...diffJson(DIFF)].join('')).toBe(`${canonicalJson({ ...DIFF, result: 'worse' })}\n`);
  });
});

describe('security-scan diff', () => {
  it('ends with 3 and names the bundle that is not intact', async () => {
    const damaged = join(FOLDER, 'damaged');
    cpSync(realpathSync(before), damaged, { recursive: true });
    writeFileSync(join(damaged, 'summary.json'), '{}');
    const { exitCode, stdout } = await cli(['diff', before, damaged]);
    expect([exitCode, stdout]).toEqual([
      3,
      expect.stringMatching(/damaged: NOT INTACT, so it is not compared\n {2}summary\.json: /),
    ]);
    const { stdout: json } = await cli(['diff', before, damaged, '--json']);
    expect(JSON.parse(json)).toMatchObject({ result: 'not-intact', bundles: [{ bundle: damaged }] });
  });

  it('ends with 2 for what is no bundle', async () => {
    const { exitCode, stderr } = await cli(['diff', before, FOLDER]);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('bundles')]);
    expect((await cli(['diff', before])).exitCode).toBe(2);
  });

  it('ends with 0 where nothing is new', async () => {
    const same = await cli(['diff', before, before]);
    expect([same.exitCode, same.stdout]).toEqual([
      0,
      'verdict: fail, as before\nfindings: 0 new, 0 fixed, 0 not judged again, 0 moved, 0 changed, 1 unchanged',
    ]);
    const back = await cli(['diff', after, before]);
    expect([back.exitCode, back.stdout]).toEqual([0, expect.stringMatching(/Fixed findings\n {2}\S+ a\.py:4 ruff /)]);
  });

  it('ends with 1 where a finding is new, and lists new and moved ones', async () => {
    const { exitCode, stdout } = await cli(['diff', before, after]);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^verdict: fail, as before\nfindings: 1 new, 0 fixed, 0 not judged again, 1 moved/);
    expect(stdout).toMatch(/\nNew findings\n {2}\S+ a\.py:4 ruff S506 /);
    expect(stdout).toMatch(/\nMoved findings\n[\s\S]*a\.py:3 ruff S602 .*\(was on line 2\)/);
    expect(stdout).toMatch(/\nSource\n {2}subject\.digest was /);
    const { stdout: md } = await cli(['diff', before, after, '--format', 'md']);
    expect(md).toMatch(/^## Comparison of two scans\n\n- verdict: fail, as before\n/);
  });
});
