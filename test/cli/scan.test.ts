import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../src/core/lib/digest.js';
import { cli, commitAll, startCli } from '../support/cli.js';
import { temporaryFolder } from '../support/scan.js';

const FLAWED = 'import subprocess\nsubprocess.call(input(), shell=True)\n';
const SOUND = 'print("hello")\n';

const SCRATCH = temporaryFolder();

/** A repository of one Python file, and a folder for bundles beside it. */
function repository(text: string) {
  const folder = mkdtempSync(join(SCRATCH, 'r-'));
  const source = join(folder, 'source');
  mkdirSync(source);
  writeFileSync(join(source, 'a.py'), text);
  const commit = commitAll(source);
  return { folder, source, out: join(folder, 'out'), commit };
}

describe('security-scan refuses, with exit code 2 and a reason', () => {
  const { source, out, folder } = repository(SOUND);
  it.each([
    ['an unknown option', ['--proflie', 'smoke'], /unknown option '--proflie'/],
    ['an unknown profile', ['--profile', 'smok'], /did you mean `smoke`/],
    ['a profile that is not installed', ['--profile', 'fast'], /bandit is not installed[\s\S]*tools install bandit/],
    ['a threshold that does not exist', ['--fail-on', 'hgih'], /hgih/],
    ['a policy that cannot be read', ['--policy', '/proc/none.yaml'], /cannot be read/],
    ['a folder of tool files that is not there', ['--tools', '/proc/none'], /\/proc\/none: cannot be read as a folder/],
    ['a folder of tool files that is none', ['--tools', '/proc/version'], /cannot be read as a folder/],
    ['a bundle id that is a path', ['--bundle-id', '../x'], /--bundle-id/],
    ['an answer that cannot be written', ['--output', '/proc/none/answer'], /--output: cannot be written/],
    ['events that cannot be written', ['--events', '/proc/none/events'], /--events: cannot be written/],
    ['Dagger without its containers', ['--runtime', 'dagger', '--unsandboxed'], /always in containers/],
  ])('%s', async (_, args, message) => {
    const { exitCode, stderr } = await cli([source, '--export-dir', out, ...args]);
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(2);
    expect(existsSync(out)).toBe(false);
  });

  it('a policy inside the tree under scan', async () => {
    writeFileSync(join(source, 'policy.yaml'), 'schemaVersion: 1\nname: mine\n');
    const { exitCode, stderr } = await cli([source, '--export-dir', out, '--policy', join(source, 'policy.yaml')]);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('lies in the tree under scan')]);
  });

  it('a program of the operator inside the tree under scan', async () => {
    const program = { path: join(source, 'a.py'), sha256: sha256(SOUND), version: '1' };
    const policy = join(folder, 'binaries.yaml');
    const toolchain = { binaries: { hadolint: program } };
    writeFileSync(policy, JSON.stringify({ schemaVersion: 1, name: 'p', tools: { require: ['hadolint'] }, toolchain }));
    const { exitCode, stderr } = await cli([source, '--export-dir', out, '--profile', 'smoke', '--policy', policy]);
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringMatching(/a\.py: toolchain\.binaries\.hadolint lies in the tree under scan/),
    ]);
  });

  it('an export folder that is a link inside the source', async () => {
    const linked = repository(SOUND);
    symlinkSync(folder, join(linked.source, 'results'));
    const { exitCode, stderr } = await cli([linked.source, '--export-dir', join(linked.source, 'results')]);
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/is a link|through the link|symlink|link/)]);
  });
});

describe('security-scan', () => {
  it('ends with 1 and says what, where and by which rule', async () => {
    const { source, out, commit } = repository(FLAWED);
    const { exitCode, stdout, stderr } = await cli([source, '--export-dir', out, '--profile', 'smoke']);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^Verdict: fail\n {2}1 high finding, 0 allowed/);
    expect(stdout).toMatch(/high +a\.py:2 {2}ruff S602 CWE-78/);
    expect(stderr).toMatch(/^ruff: 1 finding$/m);
    expect(readlinkSync(join(out, 'latest'))).toMatch(
      new RegExp(`^20260102T030405Z-${commit.slice(0, 8)}-[0-9a-f]{8}$`),
    );
  });

  it('ends with 0 when the source is sound, and with --exit-zero always', async () => {
    const sound = repository(SOUND);
    expect((await cli([sound.source, '--export-dir', sound.out, '--profile', 'smoke'])).exitCode).toBe(0);
    const flawed = repository(FLAWED);
    expect((await cli([flawed.source, '--export-dir', flawed.out, '--profile', 'smoke', '--exit-zero'])).exitCode).toBe(
      0,
    );
  });

  it('ends with 3 when nothing could be judged', async () => {
    const { source, out } = repository(SOUND);
    writeFileSync(join(source, 'a.py'), 'def broken(:\n');
    const { exitCode, stdout } = await cli([source, '--export-dir', out, '--profile', 'smoke']);
    expect([exitCode, stdout]).toEqual([
      3,
      expect.stringMatching(/^Verdict: error\n {2}ruff: 1 file not judged \(unparsable\), first a\.py/),
    ]);
  });

  it.each(['json', 'sarif', 'md'])('prints %s', async (format) => {
    const { source, out } = repository(FLAWED);
    const { stdout } = await cli([source, '--export-dir', out, '--profile', 'smoke', '--format', format, '--quiet']);
    if (format === 'md') expect(stdout).toContain('## Security scan: fail');
    else expect(JSON.parse(stdout)).toMatchObject(format === 'json' ? { verdict: 'fail' } : { version: '2.1.0' });
  });

  it('writes events as JSON lines', async () => {
    const { source, out } = repository(FLAWED);
    const { stdout } = await cli([source, '--export-dir', out, '--profile', 'smoke', '--events', '-']);
    const events = stdout.split('\n').map((line) => JSON.parse(line));
    expect(events.map(({ type, state }) => (state ? `${type} ${state}` : type))).toEqual([
      'sandbox',
      'snapshot started',
      'snapshot done',
      'step queued',
      'step running',
      'step reading',
      'step done',
      'verdict',
    ]);
  });

  it('keeps its own results out of the next scan', async () => {
    const { source } = repository(FLAWED);
    const first = await cli(['--profile', 'smoke', '--format', 'json', '--quiet'], { cwd: source });
    const second = await cli(['--profile', 'smoke', '--format', 'json', '--quiet'], { cwd: source });
    expect(second.stdout).toBe(first.stdout);
    expect(readdirSync(join(source, 'security-results')).filter((name) => name.startsWith('2026'))).toHaveLength(1);
  });

  it('counts only what a baseline does not know, by bundle and by ref', async () => {
    const { source, out, commit } = repository(FLAWED);
    await cli([source, '--export-dir', out, '--profile', 'smoke']);
    writeFileSync(join(source, 'a.py'), `# moved\n${FLAWED}`);
    for (const baseline of [join(out, 'latest'), commit]) {
      const known = await cli([source, '--export-dir', out, '--profile', 'smoke', '--baseline', baseline]);
      expect([baseline, known.exitCode]).toEqual([baseline, 0]);
    }
    writeFileSync(join(source, 'b.py'), FLAWED);
    const grown = await cli([source, '--export-dir', out, '--profile', 'smoke', '--baseline', commit]);
    expect(grown.exitCode).toBe(1);
  });

  it('is cancelled by SIGINT and SIGTERM with their codes, and leaves a bundle that says so', async () => {
    const { source, folder } = repository(SOUND);
    for (let i = 0; i < 400; i += 1) writeFileSync(join(source, `f${i}.py`), 'x = [\n1,\n]\n'.repeat(3000));
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      const out = join(folder, signal);
      const running = startCli([
        source,
        '--export-dir',
        out,
        '--profile',
        'smoke',
        '--events',
        join(folder, `${signal}.events`),
      ]);
      for await (const line of running.iterable({ from: 'stderr' })) {
        if (line.startsWith('snapshot:')) running.kill(signal);
      }
      const { exitCode } = await running;
      expect(exitCode).toBe(code);
      const summary = JSON.parse(readFileSync(join(out, 'latest', 'summary.json'), 'utf8'));
      expect(summary).toMatchObject({ verdict: 'error', reasons: [{ kind: 'cancelled' }] });
    }
  });

  it('keeps its exit code when whoever reads the answer goes away', async () => {
    const { source, out } = repository(FLAWED);
    const running = startCli([source, '--export-dir', out, '--profile', 'smoke', '--quiet']);
    running.stdout?.destroy();
    expect((await running).exitCode).toBe(1);
  });

  it('ends as an error, and says so in the bundle, when whoever reads the events goes away', async () => {
    const { source, out } = repository(FLAWED);
    const running = startCli([source, '--export-dir', out, '--profile', 'smoke', '--events', '-']);
    running.stdout?.destroy();
    expect((await running).exitCode).toBe(3);
  });

  it('does not believe a standing bundle whose files are not those of its index', async () => {
    const { source, out } = repository(FLAWED);
    const args = [source, '--export-dir', out, '--profile', 'smoke', '--format', 'json', '--quiet'];
    const first = await cli(args);
    const id = readlinkSync(join(out, 'latest'));
    writeFileSync(join(out, id, 'summary.json'), '{"verdict":"pass"}');
    const second = await cli(args);
    expect(second.stdout).toBe(first.stdout);
    expect(readlinkSync(join(out, 'latest'))).toBe(`${id}~2`);
  });

  it('replaces bundles alone', async () => {
    const { source, out } = repository(SOUND);
    mkdirSync(join(out, 'logs'), { recursive: true });
    writeFileSync(join(out, 'logs', 'precious'), '');
    const { exitCode, stderr } = await cli([
      source,
      '--export-dir',
      out,
      '--profile',
      'smoke',
      '--bundle-id',
      'logs',
      '--replace',
    ]);
    expect([exitCode, stderr]).toEqual([3, expect.stringContaining('is no bundle')]);
    expect(existsSync(join(out, 'logs', 'precious'))).toBe(true);
  });

  it('judges the changed paths by the edit rules of the policy', async () => {
    const { source, out, folder, commit } = repository(SOUND);
    const policy = join(folder, 'policy.yaml');
    writeFileSync(
      policy,
      ['schemaVersion: 1', 'name: p', 'paths:', '  editDeny: [{ name: rules, globs: ["ci/**"] }]'].join('\n'),
    );
    const args = [source, '--export-dir', out, '--profile', 'smoke', '--policy', policy, '--baseline', commit];
    expect((await cli(args)).exitCode).toBe(0);
    mkdirSync(join(source, 'ci'));
    writeFileSync(join(source, 'ci', 'build.yml'), 'x');
    const { exitCode, stdout } = await cli(args);
    expect([exitCode, stdout]).toEqual([1, expect.stringMatching(/1 edit denied by the policy, first ci\/build.yml/)]);
  });

  it('is cancelled while the source is read with the code of the signal, a reason and no bundle', async () => {
    const { source, out, folder } = repository(SOUND);
    const running = startCli([source, '--export-dir', out, '--profile', 'smoke', '--events', join(folder, 'early')]);
    for await (const line of running.iterable({ from: 'stderr' }))
      if (line.startsWith('sandbox:')) running.kill('SIGINT');
    const { exitCode, stderr } = await running;
    const summary = join(out, 'latest', 'summary.json');
    // The signal may come when the snapshot is done already: then there is a bundle, and it says so.
    if (existsSync(summary)) expect(JSON.parse(readFileSync(summary, 'utf8'))).toMatchObject({ verdict: 'error' });
    else expect(stderr).toMatch(/cancelled while the source was read/);
    expect(exitCode).toBe(130);
  });

  it('leaves no work folder behind', async () => {
    const { source, out, folder } = repository(SOUND);
    const work = join(folder, 'tmp');
    mkdirSync(work);
    await cli([source, '--export-dir', out, '--profile', 'smoke'], { env: { TMPDIR: work } });
    expect(readdirSync(work)).toEqual([]);
    expect(readdirSync(join(out, '.incomplete'))).toEqual([]);
  });
});
