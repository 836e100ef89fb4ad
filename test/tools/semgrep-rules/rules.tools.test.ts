import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { temporaryFolder } from '../../support/scan.js';
import { namesOf, RULES_FOLDER, readFixtures } from './ruleset.js';

/** Where the programs are, until the tests can take them from the store. */
const ENGINES = [
  ['opengrep', process.env['SECURITY_SCAN_OPENGREP'], []],
  ['semgrep', process.env['SECURITY_SCAN_SEMGREP'], ['--metrics', 'off', '--oss-only']],
] as const;

const FLAGS = '--disable-version-check --no-git-ignore --x-ignore-semgrepignore-files --disable-nosem'.split(' ');

const report = z.looseObject({
  results: z.array(
    z.looseObject({ check_id: z.string(), path: z.string(), start: z.looseObject({ line: z.number() }) }),
  ),
  errors: z.array(z.unknown()),
  paths: z.looseObject({ scanned: z.array(z.string()) }),
});

const fixtures = readFixtures();
const folder = temporaryFolder();
const tree = join(folder, 'tree');

function writeTree(): void {
  for (const fixture of fixtures) {
    for (const name of namesOf(fixture)) {
      mkdirSync(join(tree, dirname(name)), { recursive: true });
      writeFileSync(join(tree, name), fixture.text);
    }
  }
}

function scanWith(engine: string, program: string, more: readonly string[]): z.infer<typeof report> {
  writeTree();
  const output = join(folder, `${engine}.json`);
  const common = ['--no-rewrite-rule-ids', '--max-target-bytes', '0', '--timeout', '0', '--quiet', '--json'];
  const args = ['scan', ...more, ...FLAGS, ...common, '--output', output, '--config', RULES_FOLDER, '.'];
  execFileSync(program, args, { cwd: tree, env: { ...process.env, HOME: folder }, stdio: 'ignore' });
  return report.parse(JSON.parse(readFileSync(output, 'utf8')));
}

const line = (path: string, number: number, rule: string): string => `${path}:${number} ${rule}`;

const expected = fixtures.flatMap((fixture) =>
  namesOf(fixture).flatMap((name) => fixture.marks.map((mark) => line(name, mark.line, mark.rule))),
);

describe.each(ENGINES)('%s', (engine, program, more) => {
  if (program === undefined) {
    it.skip(`finds every marked line and no other (SECURITY_SCAN_${engine.toUpperCase()} names no program)`);
    return;
  }

  it('finds every marked line and no other', () => {
    const { results, errors, paths } = scanWith(engine, program, more);
    expect(errors).toEqual([]);
    expect(paths.scanned.length).toBe(fixtures.flatMap(namesOf).length);
    const found = results.map(({ path, start, check_id }) => line(path.replace(/^\.\//, ''), start.line, check_id));
    expect(found.sort()).toEqual([...expected].sort());
  });
});
