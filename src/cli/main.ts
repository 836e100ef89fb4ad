import { Command, CommanderError } from 'commander';
import { Fault, formatProblem, Refusal } from '../core/lib/errors.js';
import { VERSION } from '../core/lib/version.js';
import { advisoriesCommand } from './commands/advisories.js';
import { approveCommand } from './commands/approve.js';
import { diffCommand } from './commands/diff.js';
import { doctorCommand } from './commands/doctor.js';
import { historyCommand } from './commands/history.js';
import { keygenCommand } from './commands/keygen.js';
import { manifestCommand } from './commands/manifest.js';
import { planCommand } from './commands/plan.js';
import { policyCommand } from './commands/policy.js';
import { profilesCommand } from './commands/profiles.js';
import { replayCommand } from './commands/replay.js';
import { rulesCommand } from './commands/rules.js';
import { scanCommand } from './commands/scan.js';
import { toolsCommand } from './commands/tools.js';
import { verifyCommand } from './commands/verify.js';
import { waiveCommand } from './commands/waive.js';
import { readEnough } from './report.js';

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
  const box = { exitCode: 0 };
  const done = (code: number) => {
    box.exitCode = code;
  };
  try {
    await program(done).parseAsync([...args], { from: 'user' });
    return box.exitCode;
  } catch (error) {
    return explain(error);
  }
}

/** The whole command line; `done` is told the exit code of the command that ran. */
export function program(done: (code: number) => void): Command {
  const root = new Command('security-scan')
    .description(
      'Scans an untrusted repository with sandboxed tools under a policy and leaves an evidence bundle and a verdict.',
    )
    .version(VERSION, '-V, --version')
    .showHelpAfterError('(--help shows the options)')
    .addHelpText('after', EXIT_CODES)
    .exitOverride();
  const commands = [
    scanCommand,
    planCommand,
    manifestCommand,
    policyCommand,
    toolsCommand,
    advisoriesCommand,
    profilesCommand,
    rulesCommand,
    verifyCommand,
    historyCommand,
    approveCommand,
    replayCommand,
    diffCommand,
    waiveCommand,
    keygenCommand,
    doctorCommand,
  ];
  for (const make of commands) root.addCommand(make(done).exitOverride(), { isDefault: make === scanCommand });
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
