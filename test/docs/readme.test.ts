import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { cli, commitAll } from '../support/cli.js';
import { temporaryFolder } from '../support/scan.js';
import { blocks, read } from './text.js';

const README = read('README.md');
const [SCAN = '', CHECK = ''] = blocks(README, 'sh').map((block) => block.trim());

/** Two high findings, and a review note. */
const CALL = 'subprocess.call(input(), shell=True)\n';
const FLAWED = `import subprocess\n${CALL}try:\n    ${CALL}except OSError:\n    pass\n`;

/** A small repository, and a folder beside it to call the program from. */
function repository(text: string) {
  const folder = mkdtempSync(join(temporaryFolder(), 'readme-'));
  const [source, cwd] = [join(folder, 'source'), join(folder, 'elsewhere')];
  for (const path of [source, cwd]) mkdirSync(path);
  writeFileSync(join(source, 'a.py'), text);
  commitAll(source);
  return { source, cwd };
}

/** The words of the README's command for a repository, without the program. */
function argumentsFor(source: string): string[] {
  const [setUp, call = ''] = SCAN.split(' && ');
  expect(setUp).toBe('npm ci');
  const [node, program, ...rest] = call.split(' ');
  expect([node, program]).toEqual(['node', 'bin/security-scan.js']);
  return rest.map((word) => (word === '/path/to/your/repository' ? source : word));
}

describe('README.md', () => {
  it('fits on three screens', () => {
    expect(README.split('\n').length).toBeLessThan(150);
  });

  it('has a command that sets up and passes the tests', () => {
    const scripts = z
      .object({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(read('package.json'))).scripts;
    expect(CHECK).toBe('npm ci && npm run check');
    // `npm ci` runs `prepare`, which builds what both commands need.
    expect(scripts).toMatchObject({ prepare: 'node build.js', check: expect.stringContaining('npm test') });
  });

  it('has a command that scans, and shows the screen that it then shows', async () => {
    const { source, cwd } = repository(FLAWED);
    const { exitCode, stdout } = await cli(argumentsFor(source), { cwd });
    expect(exitCode).toBe(1);
    expect(shapeOf(stdout)).toEqual(shapeOf(blocks(README, 'text')[0] ?? ''));
    expect(existsSync(join(cwd, 'security-results', 'latest', 'results.upload.sarif'))).toBe(true);
  });

  it('has a CI job that is YAML and uploads whatever the verdict', () => {
    const step = z.looseObject({ if: z.string().optional(), run: z.string().optional(), uses: z.string().optional() });
    const job = z.object({ jobs: z.object({ 'security-scan': z.looseObject({ steps: z.array(step) }) }) });
    const { steps } = job.parse(parse(blocks(README, 'yaml')[0] ?? '')).jobs['security-scan'];
    const uploads = steps.filter(({ uses }) => uses?.includes('upload'));
    expect(uploads.map((one) => one.if)).toEqual(['always()', 'always()']);
    expect(JSON.stringify(uploads)).toContain('latest/results.upload.sarif');
  });

  it('uses what the library exports', async () => {
    const imports = /import \{ ([\w, ]+) \} from 'certus-security-scan'/.exec(README)?.[1]?.split(', ') ?? [];
    const library = await import('../../src/core/index.js');
    expect(imports.length).toBeGreaterThan(0);
    expect(imports.filter((name) => !Object.keys(library).includes(name))).toEqual([]);
  });
});

/** The lines that every failed scan has, without what varies. */
const shapeOf = (screen: string): string[] =>
  screen
    .split('\n')
    .map((line) =>
      line
        .replace(/\(\d+ most severe of \d+\)/, '(n)')
        .replace(/\d+/g, 'n')
        .replace(/ +/g, ' '),
    )
    .filter((line) => /^(?:Verdict|Budgets|Findings|Bundle)|^ (?:overall|review)|^ n high|^ Mend/.test(line))
    .map((line) => line.replace(/^Bundle: .*/, 'Bundle'));

describe('docs/exit-codes.md: each code is real', () => {
  const smoke = (source: string, cwd: string, ...args: string[]) =>
    cli([source, '--profile', 'smoke', ...args], { cwd });

  it.each([
    [0, 'print("hello")\n', []],
    [1, FLAWED, []],
    [2, FLAWED, ['--profile', 'fast']],
    [3, 'def broken(:\n', []],
    [0, FLAWED, ['--exit-zero']],
    [0, 'def broken(:\n', ['--exit-zero']],
    [2, FLAWED, ['--exit-zero', '--fail-on', 'hgih']],
  ] as const)('%i for %j with %j', async (code, text, args) => {
    const { source, cwd } = repository(text);
    const { exitCode } = await smoke(source, cwd, ...args);
    expect(exitCode).toBe(code);
    expect(existsSync(join(cwd, 'security-results', 'latest'))).toBe(code !== 2);
  });
});
