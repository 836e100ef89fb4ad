import { Command, CommanderError } from 'commander';
import { Fault, formatProblem, Refusal } from '../core/lib/errors.js';
import { VERSION } from '../core/lib/version.js';
import { readEnough } from './report.js';
import { keepYoungGenerationSmall } from './young-generation.js';

const EXIT_CODES = `
Exit codes:
  0  pass
  1  fail: a budget is exceeded
  2  refused before anything ran: usage, manifest, policy
  3  error: the evidence is incomplete
  130, 143  cancelled`;

/** Parses arguments, runs one command and gives the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', readEnough);
  keepYoungGenerationSmall();
  const box = { exitCode: 0 };
  const done = (code: number) => {
    box.exitCode = code;
  };
  try {
    const commands = await program(done, neededFor(args));
    await commands.parseAsync([...args], { from: 'user' });
    return box.exitCode;
  } catch (error) {
    return explain(error);
  }
}

type MakeCommand = (done: (code: number) => void) => Command;

/** Loaded when asked for: a scan needs a tenth of a second less of start-up without the code of all others. */
const COMMANDS: Readonly<Record<string, () => Promise<MakeCommand>>> = {
  scan: async () => (await import('./commands/scan.js')).scanCommand,
  merge: async () => (await import('./commands/merge.js')).mergeCommand,
  plan: async () => (await import('./commands/plan.js')).planCommand,
  manifest: async () => (await import('./commands/manifest.js')).manifestCommand,
  policy: async () => (await import('./commands/policy.js')).policyCommand,
  tools: async () => (await import('./commands/tools.js')).toolsCommand,
  advisories: async () => (await import('./commands/advisories.js')).advisoriesCommand,
  profiles: async () => (await import('./commands/profiles.js')).profilesCommand,
  rules: async () => (await import('./commands/rules.js')).rulesCommand,
  verify: async () => (await import('./commands/verify.js')).verifyCommand,
  history: async () => (await import('./commands/history.js')).historyCommand,
  approve: async () => (await import('./commands/approve.js')).approveCommand,
  replay: async () => (await import('./commands/replay.js')).replayCommand,
  diff: async () => (await import('./commands/diff.js')).diffCommand,
  waive: async () => (await import('./commands/waive.js')).waiveCommand,
  keygen: async () => (await import('./commands/keygen.js')).keygenCommand,
  doctor: async () => (await import('./commands/doctor.js')).doctorCommand,
};
const DEFAULT_COMMAND = 'scan';

/** The commands that arguments need: the one that they begin with, all for help, else the default one. */
function neededFor(args: readonly string[]): readonly string[] {
  const [first = ''] = args;
  if (Object.hasOwn(COMMANDS, first)) return [first];
  const help = first === 'help' || args.includes('--help') || args.includes('-h');
  return help ? Object.keys(COMMANDS) : [DEFAULT_COMMAND];
}

/** The command line, whole or with some commands; `done` is told the exit code of the command that ran. */
export async function program(
  done: (code: number) => void,
  names: readonly string[] = Object.keys(COMMANDS),
): Promise<Command> {
  const root = new Command('security-scan')
    .description(
      'Scans an untrusted repository with sandboxed tools under a policy and leaves an evidence bundle and a verdict.',
    )
    .version(VERSION, '-V, --version')
    .showHelpAfterError('(--help shows the options)')
    .addHelpText('after', EXIT_CODES)
    .exitOverride();
  for (const name of names) {
    const make = await COMMANDS[name]?.();
    if (make !== undefined) root.addCommand(make(done).exitOverride(), { isDefault: name === DEFAULT_COMMAND });
  }
  root
    .command('version')
    .description('print the version')
    .action(() => console.log(VERSION));
  return root;
}

function explain(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof Refusal) {
    const head = error.problems.length === 1 ? 'refused' : `refused, for ${error.problems.length} reasons`;
    console.error(
      `security-scan: ${head}\n${error.problems.map((problem) => `  ${formatProblem(problem)}`).join('\n')}`,
    );
    return 2;
  }
  if (error instanceof Fault) {
    console.error(`security-scan: error: ${error.message}${error.remedy ? `\n    ${error.remedy}` : ''}`);
    return 3;
  }
  console.error('security-scan: internal error, the evidence is incomplete');
  console.error(error);
  return 3;
}
