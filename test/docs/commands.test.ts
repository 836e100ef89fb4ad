import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { program } from '../../src/cli/main.js';
import { blocks, DOCUMENTS, quoted, read, rows } from './text.js';

const root = program(() => {});

/** Options of other programs that the documents name. */
const FOREIGN = new Set(['--prefix']);
/** A command that a refusal names and that this version does not have; the documents say so. */
const ABSENT = new Set(['tools install']);

const words = (command: Command): string[] => [
  command.name(),
  ...command.commands.flatMap((inner) => words(inner).map((name) => `${command.name()} ${name}`)),
];
const COMMANDS = root.commands.flatMap(words);
const optionsOf = (command: Command): string[] => [
  ...command.options.flatMap(({ long }) => (long ? [long] : [])),
  ...command.commands.flatMap(optionsOf),
];
const OPTIONS = new Set(optionsOf(root));

/** Calls of the program in fenced blocks and backquotes: the words behind its name. */
function calls(markdown: string): string[][] {
  const places = [...blocks(markdown, 'sh').flatMap((block) => block.split('\n')), ...quoted(markdown)];
  return places.flatMap((place) =>
    [...place.matchAll(/(?:^|&& )(?:security-scan|node bin\/security-scan\.js)(?: ([^&]*))?$/g)].map(([, rest = '']) =>
      rest.split(/\s+/).filter(Boolean),
    ),
  );
}

/** The command that words name: as many of them as there are commands, or `scan`, which needs no name. */
function resolve(rest: readonly string[]): { command: Command; options: string[] } {
  let command = root;
  let depth = 0;
  for (const word of rest) {
    const inner = command.commands.find((candidate) => candidate.name() === word);
    if (inner === undefined) break;
    command = inner;
    depth += 1;
  }
  if (depth === 0) command = root.commands.find((candidate) => candidate.name() === 'scan') ?? root;
  return { command, options: rest.slice(depth).filter((word) => word.startsWith('--')) };
}

describe.each(DOCUMENTS)('%s', (document) => {
  const text = read(document);

  it('calls only commands and options that are there', () => {
    for (const rest of calls(text)) {
      const { command, options } = resolve(rest);
      expect([document, rest, options.filter((option) => !optionsOf(command).includes(option))]).toEqual([
        document,
        rest,
        [],
      ]);
      const takesWord = command.registeredArguments.length > 0;
      const first = rest.filter((word) => !word.startsWith('-'))[0];
      if (!takesWord && command === root && first !== undefined) expect(COMMANDS).toContain(first);
    }
  });

  it('names only options that are there', () => {
    const named = quoted(text).flatMap((part) => part.match(/^--[a-z][a-z-]*/g) ?? []);
    expect(named.filter((option) => !OPTIONS.has(option) && !FOREIGN.has(option))).toEqual([]);
  });

  it('names only commands that are there', () => {
    const parents = root.commands.filter(({ commands }) => commands.length > 0).map((command) => command.name());
    const named = quoted(text).filter((part) => new RegExp(`^(?:${parents.join('|')}) [a-z]+$`).test(part));
    expect(named.filter((name) => !COMMANDS.includes(name) && !ABSENT.has(name))).toEqual([]);
  });
});

describe('docs/cli.md', () => {
  const table = rows(read('docs/cli.md')).map(([cell = '']) => quoted(cell));
  const first = table.flat().map((text) => text.replace(/ [[<].*$/, ''));
  const leaves = root.commands.flatMap((command) =>
    command.commands.length === 0
      ? [command.name()]
      : command.commands.map((inner) => `${command.name()} ${inner.name()}`),
  );

  it('has a row for each command, with its arguments', () => {
    expect(leaves.filter((name) => !first.includes(name))).toEqual([]);
    for (const command of root.commands.flatMap((one) => [one, ...one.commands])) {
      const full = command.parent === root ? command.name() : `${command.parent?.name()} ${command.name()}`;
      const args = command.registeredArguments.map((one) => (one.required ? `<${one.name()}>` : `[${one.name()}]`));
      if (args.length > 0) expect(table.flat()).toContain([full, ...args].join(' '));
    }
  });

  it('has a row for each option, as help shows it', () => {
    const flags = root.commands.flatMap(({ options }) => options.map((option) => option.flags));
    expect(flags.filter((flag) => !table.flat().includes(flag))).toEqual([]);
    expect(first.filter((text) => text.startsWith('--') && !OPTIONS.has(text))).toEqual([]);
  });
});

describe('exit codes', () => {
  it('are the same in help, README and their page', () => {
    let help = '';
    root.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    expect(help).toMatch(/0 +pass[\s\S]*1 +fail[\s\S]*2 +refused[\s\S]*3 +error[\s\S]*130, 143 +cancelled/);
    const codes = [...read('docs/exit-codes.md').matchAll(/^\| ([\d, ]+) \|/gm)].map(([, code = '']) => code);
    expect(codes).toEqual(['0', '1', '2', '3', '130, 143']);
    expect([...read('README.md').matchAll(/^\| ([\d, ]+) \|/gm)].map(([, code = '']) => code)).toEqual(codes);
  });
});
