import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runOver } from './run.js';

const CASES = join(import.meta.dirname, 'cases');
const UPDATE = process.env['UPDATE_GOLDEN'] === '1';

describe('a lockfile of each format gives exactly the packages that it lists', () => {
  it.each(readdirSync(CASES).sort())('%s', async (name) => {
    const report = await runOver(join(CASES, name));
    const golden = join(CASES, name, 'expected.json');
    if (UPDATE) writeFileSync(golden, `${JSON.stringify(report, null, 2)}\n`);
    expect(report).toEqual(JSON.parse(readFileSync(golden, 'utf8')));
  });

  it.each(readdirSync(CASES).sort())('%s: each component is named at its line', async (name) => {
    for (const line of await runOver(join(CASES, name))) {
      if (line.type !== 'component') continue;
      const text = readFileSync(join(CASES, name, line.path), 'utf8').split('\n');
      // The entry starts at the line; TOML and XML name the package one to three lines below.
      const entry = text.slice(line.line - 1, line.line + 3).join('\n');
      const base = line.name.split(/[/:]/).pop() ?? '';
      const aliased = /pad-alias|replaced/.test(entry);
      expect(
        aliased || entry.toLowerCase().includes(base.toLowerCase()),
        `${line.purl} at ${line.path}:${line.line}`,
      ).toBe(true);
    }
  });
});
