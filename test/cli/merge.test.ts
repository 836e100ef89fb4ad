import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli, commitAll } from '../support/cli.js';
import { temporaryFolder } from '../support/scan.js';

const FOLDER = temporaryFolder();
const SOURCE = join(FOLDER, 'source');
mkdirSync(SOURCE);
for (const name of ['a.py', 'b.py', 'c.py'])
  writeFileSync(join(SOURCE, name), 'import subprocess\nsubprocess.call(input(), shell=True)\n');
commitAll(SOURCE);

const at = (name: string): string => join(FOLDER, name);
const shardsIn = (folder: string): string[] => readdirSync(folder).filter((name) => name.startsWith('shard-'));

describe('security-scan refuses, with exit code 2 and a reason', () => {
  it.each([
    ['a part of nothing', ['--shard', '3/2'], /--shard: "3\/2" is no part of a whole/],
    ['an answer about a verdict', ['--shard', '1/2', '--format', 'sarif'], /--format sarif: a shard has no verdict/],
    ['a comparison with a ref', ['--shard', '1/2', '--baseline', 'HEAD'], /compared with no ref/],
  ])('%s', async (_, args, message) => {
    const { exitCode, stderr } = await cli([SOURCE, '--export-dir', at('none'), ...args]);
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(message)]);
  });

  it('a merge of what is no shard', async () => {
    const { exitCode, stderr } = await cli(['merge', SOURCE, '--export-dir', at('none')]);
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/this is no shard/)]);
  });
});

it('a scan in parts ends as the scan does', async () => {
  const whole = await cli([SOURCE, '--export-dir', at('whole'), '--quiet']);
  expect(whole.exitCode).toBe(1);
  for (const part of ['1/2', '2/2']) {
    const { exitCode, stdout } = await cli([SOURCE, '--shard', part, '--export-dir', at('shards'), '--quiet']);
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^No verdict: this is shard \d\/2 of plan/)]);
  }
  const [first = '', second = ''] = shardsIn(at('shards')).map((name) => join(at('shards'), name));
  const missing = await cli(['merge', first, '--export-dir', at('merged')]);
  expect([missing.exitCode, missing.stderr]).toEqual([2, expect.stringMatching(/shard 2\/2 is missing/)]);
  mkdirSync(join(at('merged'), '.incomplete', '20260101T000000Z-0123456789abcdef'));
  const merge = ['merge', second, first, '--export-dir', at('merged'), '--format', 'json'];
  const merged = await cli(merge);
  expect([merged.exitCode, merged.stderr]).toEqual([1, expect.stringMatching(/^an earlier run .* did not finish/)]);
  const summary = readFileSync(join(at('whole'), 'latest', 'summary.json'), 'utf8');
  expect(merged.stdout).toBe(summary);
  const quiet = await cli([...merge, '--quiet']);
  expect([quiet.exitCode, quiet.stderr, quiet.stdout]).toEqual([1, '', summary]);
  const verified = await cli(['verify', join(at('merged'), 'latest')]);
  expect([verified.exitCode, verified.stdout]).toEqual([1, expect.stringMatching(/intact, verdict fail/)]);
});
