import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/scan.js';
import { inFiles, type Scanned, scanBuilt } from './compare.js';
import { commitAll, H0, type Tree, writeTree } from './fixtures.js';

/** What a scanner may take at the end of a line for a word of the operator. */
const PYTHON = [
  'noqa',
  'noqa: S602,S307,S324,S105,S110',
  'NOQA:S105',
  'nosec',
  'nosec B602',
  'nosemgrep',
  'pragma: allowlist secret',
  'gitleaks:allow',
  'ruff: noqa',
  'ruff: ignore[S602]',
  'type: ignore',
  'pylint: disable=all',
  'ast-grep-ignore',
  'kingfisher:ignore',
  'secretlint-disable-line',
  'skipcq',
  'NOSONAR',
  'codeql[py/eval]',
  'lgtm',
  'checkov:skip=all',
  'trufflehog:ignore',
  'fmt: skip',
  'nolint',
];
const SCRIPT = [
  'eslint-disable-line',
  'eslint-disable-line no-eval, security/detect-child-process',
  'nosemgrep',
  'ast-grep-ignore',
  'gitleaks:allow',
  'pragma: allowlist secret',
  '@ts-ignore',
  'NOSONAR',
  'lgtm',
  'njsscan-ignore: eval',
  'nolint',
  'skipcq',
  'biome-ignore lint: x',
  'prettier-ignore',
  'istanbul ignore next',
  'secretlint-disable-line',
];

/** What a scanner may obey for the whole file; put after the last line, so that lines stay where they are. */
const PYTHON_FILE = [
  '# ruff: noqa',
  '# flake8: noqa',
  '# ruff: noqa: S602, S307',
  '# pylint: skip-file',
  '# mypy: ignore-errors',
  '# ruff: file-ignore[S602]',
  '# ruff: disable[S602]',
  '# nosec',
];
const SCRIPT_FILE = [
  '/* eslint-disable */',
  '/* eslint no-eval: 0, security/detect-child-process: 0 */',
  '// @ts-nocheck',
  '/* secretlint-disable */',
  '/* global eval */',
  '/* eslint-env node */',
];

const everyLine = (text: string, comment: string) =>
  text
    .split('\n')
    .map((line) => (/^\s*$/.test(line) ? line : `${line}  ${comment}`))
    .join('\n');

function suppressed(round: number): Tree {
  const [py, js] = [PYTHON[round % PYTHON.length], SCRIPT[round % SCRIPT.length]];
  return Object.fromEntries(
    Object.entries(H0).map(([path, text]) => {
      if (path.endsWith('.py')) return [path, `${everyLine(text, `# ${py}`)}${PYTHON_FILE.join('\n')}\n`];
      if (path.endsWith('.js'))
        return [path, `/* eslint-disable */ ${everyLine(text, `// ${js}`)}${SCRIPT_FILE.join('\n')}\n`];
      return [path, text];
    }),
  );
}

const ROUNDS = Math.max(PYTHON.length, SCRIPT.length);
const place = (round: number) => `round-${String(round).padStart(2, '0')}`;
let plain: Scanned;
let hostile: Scanned;

beforeAll(async () => {
  const folder = temporaryFolder();
  // The same sources as often as there are comments, so that one scan takes them all.
  for (const [name, tree] of [
    ['plain', () => H0],
    ['hostile', suppressed],
  ] as const) {
    for (let round = 0; round < ROUNDS; round++) {
      mkdirSync(join(folder, name, place(round)), { recursive: true });
      writeTree(join(folder, name, place(round)), tree(round));
    }
    commitAll(join(folder, name));
  }
  plain = await scanBuilt(join(folder, 'plain'), join(folder, 'out', 'plain'));
  hostile = await scanBuilt(join(folder, 'hostile'), join(folder, 'out', 'hostile'));
}, 120_000);

describe('comments in the sources that would suppress findings', () => {
  it.each(Array.from({ length: ROUNDS }, (_, round) => [PYTHON[round] ?? '', SCRIPT[round] ?? '', round]))(
    '%s, %s: change nothing',
    (_py, _js, round) => {
      const paths = Object.keys(H0).map((path) => `${place(Number(round))}/${path}`);
      const before = inFiles(plain.findings, paths);
      expect(before.length).toBeGreaterThan(10);
      expect(inFiles(hostile.findings, paths)).toEqual(before);
    },
  );

  it('leave every file judged', () => {
    expect(hostile.result.evidence.outcomes.flatMap(({ unread }) => unread)).toEqual([]);
  });
});
