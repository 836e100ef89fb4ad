import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadRules } from '../../../src/workers/secrets/rules.js';
import { secretScanner } from '../../../src/workers/secrets/scan.js';
import { expand } from './examples.js';

const rules = loadRules(fileURLToPath(new URL('../../../rules/secrets', import.meta.url)));
const scan = secretScanner(rules);
const found = (path: string, text: string) => scan(path, Buffer.from(text)).map((secret) => secret.rule);

describe.each(rules.map((rule) => [rule.id, rule] as const))('%s', (id, rule) => {
  const path = 'file' in rule && rule.file !== undefined ? rule.file : 'settings.conf';

  it.each(rule.good)('passes over good example %#', (example) => {
    expect(found(path, expand(example))).not.toContain(id);
  });

  it.each(rule.bad)('finds bad example %#', (example) => {
    expect(found(path, expand(example))).toContain(id);
  });

  it.each(rule.bad)('has no live secret in the text of bad example %#', (example) => {
    expect(found(path, example)).toEqual([]);
  });
});

it('names each rule once', () => {
  expect(new Set(rules.map((rule) => rule.id)).size).toBe(rules.length);
});
