import type { Command } from 'commander';
import { forTerminal } from '../../core/lib/escape.js';
import { thisMachine } from '../../core/lib/machine.js';
import { formatSize } from '../../core/lib/quantity.js';
import { loadPackageCatalog } from '../../core/package.js';
import type { InstallEvent, Installed, InstallPorts } from '../../core/toolchain/install.js';
import { openStore } from '../../core/toolchain/store.js';
import { table } from '../style.js';
import { cancellable } from './tools-cancel.js';
import { policyOf, type ToolsFlags, toolsNamed } from './tools-wanted.js';

interface InstallFlags extends ToolsFlags {
  offline?: boolean;
}

export function addInstall(command: Command, done: (code: number) => void): void {
  command
    .command('install')
    .description('fetch tools, exactly as they are locked, into the store')
    .argument('[names...]', 'profiles and tools; without any, the default profile')
    .option('--policy <file>', 'the operator’s policy; it chooses suppliers and substitutes')
    .option('--tools <dir>', 'tool files of the operator')
    .option('--offline', 'fetch nothing, tell what is missing')
    .action(async (names: string[], flags: InstallFlags) => done(await install(names, flags)));
}

async function install(names: readonly string[], flags: InstallFlags): Promise<number> {
  const policy = await policyOf(flags);
  const catalog = await loadPackageCatalog(flags.tools);
  const tools = toolsNamed(names, policy, catalog);
  const request = { tools, locks: catalog.locks, policy, offline: flags.offline === true };
  // Loaded here: what unpacks archives is needed by no other command.
  const { installTools } = await import('../../core/toolchain/install.js');
  return cancellable(async (signal) => {
    const results = await installTools(request, installPorts(catalog.store, signal));
    console.log(summary(results, tools.length));
    return exitCode(results);
  });
}

/** What installing needs of this machine; events go to standard error. */
export const installPorts = (store: string, signal: AbortSignal): InstallPorts => ({
  store: openStore(store),
  machine: thisMachine(),
  env: process.env,
  signal,
  download: fetch,
  onEvent: (event) => void process.stderr.write(`${eventLine(event)}\n`),
});

const eventLine = ({ tool, supplier, state, message }: InstallEvent): string =>
  `${tool}: ${state}${state === 'fetching' ? ` from ${supplier}` : ''}${message === undefined ? '' : ` (${forTerminal(message)})`}`;

function summary(results: readonly Installed[], asked: number): string {
  const rest = asked - results.length;
  const needNothing = rest > 0 ? [`${rest} tools need no installing`] : [];
  const rows = results.map(({ tool, state, size }) => [tool, state, formatSize(size)]);
  const problems = results.flatMap(({ problem }) =>
    problem === undefined ? [] : [forTerminal(problem.message), `    ${problem.remedy ?? ''}`.trimEnd()],
  );
  return [...table(rows), ...needNothing, ...problems].filter((line) => line !== '').join('\n');
}

/** 3: something is not there that should be; 2: the policy refuses it. */
function exitCode(results: readonly Installed[]): number {
  const states = new Set(results.map(({ state }) => state));
  if (states.has('failed') || states.has('missing')) return 3;
  return states.has('refused') ? 2 : 0;
}
