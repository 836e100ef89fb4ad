import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { program } from '../../src/cli/main.js';
import { blocks, DOCUMENTS, quoted, read, rows } from './text.js';

const root = await program(() => {});

/** Options of other programs that the documents name. */
const FOREIGN = new Set(['--digest', '--prefix', '--help']);
/** A command that a refusal names and that this version does not have; the documents say so. */

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

/** What a call may begin with instead of a command: an option, or a source. */
const isSource = (word: string): boolean => /^(?:-|SOURCE$|.*[/.])/.test(word);

/** What is wrong with a call. */
function flaws(rest: readonly string[]): string[] {
  const at = (command: Command, words: readonly string[]): string[] => {
    const [word = '', ...others] = words;
    const inner = command.commands.find((candidate) => candidate.name() === word);
    if (inner !== undefined) return at(inner, others);
    if (command.commands.length > 0 && word !== '' && !isSource(word)) return [`no command ${word}`];
    const scan = root.commands.filter((candidate) => candidate.name() === 'scan');
    const known = (command === root ? [root, ...scan] : [command]).flatMap(({ options }) =>
      options.map(({ long }) => long),
    );
    return words.filter((one) => one.startsWith('--') && !known.includes(one));
  };
  return at(root, rest);
}

describe.each(DOCUMENTS)('%s', (document) => {
  const text = read(document);

  it('calls only commands and options that are there', () => {
    const wrong = calls(text).map((rest) => [rest.join(' '), flaws(rest)] as const);
    expect(wrong.filter(([, problems]) => problems.length > 0)).toEqual([]);
  });

  it('names only options that are there', () => {
    const named = quoted(text).flatMap((part) => part.match(/^--[a-z][a-z-]*/g) ?? []);
    expect(named.filter((option) => !OPTIONS.has(option) && !FOREIGN.has(option))).toEqual([]);
  });

  it('names only commands that are there', () => {
    const parents = root.commands.filter(({ commands }) => commands.length > 0).map((command) => command.name());
    const named = quoted(text).filter((part) => new RegExp(`^(?:${parents.join('|')}) [a-z]+$`).test(part));
    expect(named.filter((name) => !COMMANDS.includes(name))).toEqual([]);
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
