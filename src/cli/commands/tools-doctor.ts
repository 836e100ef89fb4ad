import type { Command } from 'commander';
import { forTerminal } from '../../core/lib/escape.js';
import { thisMachine } from '../../core/lib/machine.js';
import { formatSize } from '../../core/lib/quantity.js';
import { loadPackageCatalog } from '../../core/package.js';
import { examineToolchain, type Found, type ToolchainState } from '../../core/toolchain/doctor.js';
import { openStore } from '../../core/toolchain/store.js';
import { table } from '../style.js';

export function addDoctor(command: Command, done: (code: number) => void): void {
  command
    .command('doctor')
    .description('what this machine can install with, and whether every installed file is as it was')
    .option('--tools <dir>', 'tool files of the operator')
    .action(async ({ tools }: { tools?: string }) => {
      const catalog = await loadPackageCatalog(tools);
      const state = await examineToolchain(openStore(catalog.store), catalog.locks, thisMachine());
      console.log(screen(state).join('\n'));
      done(state.entries.some(({ problem }) => problem !== undefined) ? 3 : 0);
    });
}

function screen({ machine, store, installers, entries }: ToolchainState): string[] {
  const programs = installers.map(({ kind, name, version, command, remedy }) => [
    `  ${kind}`,
    `${name} ${version ?? ''}`.trimEnd(),
    command ?? `missing. ${remedy}`,
  ]);
  return [
    `Machine: ${machine.platform}, ${machine.python ?? 'without Python'}`,
    'Installers',
    ...table(programs),
    `Store: ${forTerminal(store)}`,
    ...table(entries.map(row)),
    ...entries.flatMap(({ problem }) =>
      problem === undefined ? [] : [forTerminal(problem.message), `    ${problem.remedy}`],
    ),
  ];
}

const row = ({ digest, tools, size, problem }: Found): string[] => [
  `  ${digest.slice(0, 12)}`,
  tools.length > 0 ? tools.join(' ') : 'named by no lock',
  size === undefined ? '' : formatSize(size),
  problem === undefined ? 'holds' : 'BROKEN',
];
