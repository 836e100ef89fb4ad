import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readRules } from '../../../src/workers/ast-grep/rules.js';
import { astGrepTool } from '../../../src/workers/ast-grep/tool.js';
import { collect, scanMore } from '../ruff/collect.js';
import { AST_GREP_ASSETS } from './ast-grep.js';

const FOLDER = join(import.meta.dirname, '../../../rules');
const EXTENSION = { python: 'py', javascript: 'js', typescript: 'ts', tsx: 'tsx', go: 'go', java: 'java' };

const rules = readRules(FOLDER);
const tool = astGrepTool();
beforeAll(async () => {
  await collect(tool, {}, { assets: AST_GREP_ASSETS });
});

function examples(pick: 'bad' | 'good'): [id: string, path: string, text: string][] {
  return rules.flatMap((rule) =>
    rule.patterns.flatMap(({ languages, examples }) =>
      languages.flatMap((language) =>
        examples[pick].map((text): [string, string, string] => [rule.id, `a.${EXTENSION[language]}`, text]),
      ),
    ),
  );
}

function rulesSeen(path: string, text: string): string[] {
  const { findings, unread } = scanMore(tool, { [path]: text });
  expect(unread).toEqual([]);
  return findings.map(({ rule }) => rule);
}

describe('every rule', () => {
  it.each(examples('bad'))('%s finds its bad example in %s: %j', (id, path, text) => {
    expect(rulesSeen(path, text)).toContain(id);
  });

  it.each(examples('good'))('%s is silent on its good example in %s: %j', (id, path, text) => {
    expect(rulesSeen(path, text)).not.toContain(id);
  });

  it.each(examples('bad'))('%s is not switched off by a comment in %s: %j', (id, path, text) => {
    const mark = path.endsWith('.py') ? '#' : '//';
    const commented = text.replace(/^/gm, `${mark} ast-grep-ignore\n`).replace(/\n/g, (end) => `${end}`);
    const trailing = text.endsWith('\n') ? `${text.slice(0, -1)} ${mark} ast-grep-ignore: ${id}\n` : text;
    expect(rulesSeen(path, `${mark} ast-grep-ignore\n\n${trailing}`)).toContain(id);
    if (path.endsWith('.js')) expect(rulesSeen(path, commented)).toContain(id);
  });
});

const VALID = {
  id: 'a-rule',
  title: 'A title.',
  severity: 'low',
  kind: 'fail',
  cwe: 'CWE-1',
  message: 'A message.',
  remedy: 'A remedy.',
  patterns: [
    {
      languages: ['python'],
      needs: 'a',
      matchers: [{ rule: { pattern: 'a()' } }],
      unless: [],
      examples: { bad: ['a()\n'], good: ['b()\n'] },
    },
  ],
};

async function starting(rule: object, name = 'a-rule.yaml'): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'rules-'));
  writeFileSync(join(folder, name), JSON.stringify(rule));
  await collect(astGrepTool(), {}, { assets: { ...AST_GREP_ASSETS, '.': folder } });
}

describe('a rule file', () => {
  it.each([
    ['an unknown key', { ...VALID, extra: 1 }, 'extra'],
    ['no CWE', { ...VALID, cwe: '' }, 'cwe'],
    ['a severity that does not exist', { ...VALID, severity: 'fatal' }, 'severity'],
    ['a review with a severity', { ...VALID, kind: 'review' }, 'review'],
    ['a failure without one', { ...VALID, severity: 'none' }, 'review'],
    ['another id than its name', { ...VALID, id: 'another' }, 'another'],
    ['a node kind that the grammar lacks', withMatcher({ rule: { kind: 'nonsense' } }), 'not valid for python'],
    ['a key that ast-grep does not know', withMatcher({ rule: { bogus: 1 } }), 'not valid for python'],
  ])('with %s stops the step', async (_name, rule, message) => {
    await expect(starting(rule)).rejects.toThrow(message);
  });

  it('that is right starts', async () => {
    await expect(starting(VALID)).resolves.toBeUndefined();
  });
});

function withMatcher(matcher: object): object {
  return { ...VALID, patterns: VALID.patterns.map((pattern) => ({ ...pattern, matchers: [matcher] })) };
}
