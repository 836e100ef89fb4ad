import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { readFixtures, readRuleset } from './ruleset.js';

const rules = readRuleset();
const fixtures = readFixtures();
const ids = rules.map(({ id }) => id);

/** Every regular expression of a rule, wherever it stands. */
function regexesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'regex' && typeof inner === 'string' ? [inner] : regexesIn(inner),
  );
}

/** Without escaped characters and classes, so that what is left of `*`, `+` and `{` are repetitions. */
const bare = (regex: string): string => regex.replace(/\\./g, 'x').replace(/\[[^\]]*\]/g, 'x');

describe('the ruleset for Semgrep and Opengrep', () => {
  it('has each id once', () => {
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  it('gives one name to each weakness', () => {
    const names = new Map<string, Set<string>>();
    for (const text of rules.flatMap(({ metadata }) => metadata.cwe)) {
      const number = text.slice(0, text.indexOf(':'));
      names.set(number, (names.get(number) ?? new Set()).add(text));
    }
    expect([...names.values()].filter(({ size }) => size > 1)).toEqual([]);
  });

  it('has examples for each rule and for no other', () => {
    expect([...new Set(fixtures.map(({ rule }) => rule))].sort()).toEqual([...ids].sort());
  });
});

const LEVELS = { critical: 'ERROR', high: 'ERROR', medium: 'WARNING', low: 'INFO' };
const LANGUAGES: Readonly<Record<string, string[]>> = { js: ['javascript', 'typescript'] };

describe.each(rules)('$id', (rule) => {
  const own = fixtures.filter((fixture) => fixture.rule === rule.id);
  const marks = (kind: string) => own.filter(({ name }) => name.startsWith(`${kind}.`)).map((one) => one.marks);

  it('is named after its file and its language', () => {
    const [language = ''] = rule.id.split('-');
    expect(rule.file).toBe(`${language}.yaml`);
    expect(rule.languages).toEqual(LANGUAGES[language] ?? [language]);
  });

  it('has the level of its severity', () => {
    expect(rule.severity).toBe(LEVELS[rule.metadata.severity]);
  });

  it('says what is wrong and what to do in plain sentences that quote nothing', () => {
    for (const text of [rule.message, rule.metadata.remedy]) {
      expect(text).toMatch(/^\S.+\.$/);
      expect(text).not.toMatch(/\$[A-Z]|[\n<>]|\.\.\.$/);
    }
    expect(rule.message.split(/[.!?] /).length).toBeLessThanOrEqual(2);
  });

  it('has expressions that run in linear time and reach a bounded distance', () => {
    for (const regex of regexesIn(rule)) {
      expect(() => RE2JS.compile(regex)).not.toThrow();
      expect(regex.length).toBeLessThanOrEqual(300);
      expect(regex).toMatch(/^(?:\(\?[is]\))?\^/);
      expect(bare(regex)).not.toMatch(/[*+]|\{\d+,\}/);
    }
  });

  it('has one bad and one good example, and marks what is bad', () => {
    expect(own.map(({ name }) => name.split('.')[0])).toEqual(['bad', 'good']);
    expect(marks('good')).toEqual([[]]);
    const named = marks('bad').flatMap((list) => list.map((mark) => mark.rule));
    expect(named).toContain(rule.id);
    expect(named.filter((id) => !ids.includes(id))).toEqual([]);
  });
});
