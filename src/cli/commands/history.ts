import { Command, InvalidArgumentError } from 'commander';
import { addBundle, placeOfBundle } from '../../core/history/add.js';
import { nameOfFact } from '../../core/history/lacking.js';
import { readChain } from '../../core/history/read.js';
import { type Repaired, repairHistory } from '../../core/history/repair.js';
import { demandFolder, type HistoryReport, verifyHistory } from '../../core/history/verify.js';
import { canonicalJson } from '../../core/lib/canonical.js';
import { forTerminal } from '../../core/lib/escape.js';
import { problemList, type VerifyProblem } from '../../core/verify/problems.js';
import { DEFAULT_EXPORT_DIR } from '../scan-options.js';
import { table } from '../style.js';
import { addCertificateOptions, gather, type TrustFlags, trustOf } from '../trusted-files.js';

const EXIT_CODES = `
Exit codes:
  0  intact
  2  usage
  3  not intact, or not signed as demanded`;

export function historyCommand(done: (code: number) => void): Command {
  const history = new Command('history').description('the chain of all runs and approvals of an export folder');
  addCertificateOptions(history.command('add'))
    .description('add the runs and approvals of a bundle that was made elsewhere')
    .argument('<bundle>', 'a bundle folder in an export folder')
    .option('--export-dir <dir>', 'the folder that it must lie in')
    .option('--key <file>', 'a trusted public key; every statement must be signed by one of them', gather)
    .option('--policy <file>', 'trust the keys and identities of this policy, each for its roles')
    .option('--replaces', 'the bundle took the place of another one of its name')
    .action(async (bundle: string, flags: AddFlags) => done(await runAdd(bundle, flags)));
  history
    .command('list')
    .description('list the entries')
    .argument('[export-dir]', 'folder of bundles', DEFAULT_EXPORT_DIR)
    .option('--json', 'print the entries as JSON')
    .action(async (exportDir: string, flags: { json?: boolean }) => done(await runList(exportDir, flags)));
  addCertificateOptions(history.command('verify'))
    .description('check the chain, everything that it names, and that it names everything')
    .argument('[export-dir]', 'folder of bundles', DEFAULT_EXPORT_DIR)
    .option('--expect-head <sha256>', 'a head that you kept: its entry must still be there', parseHead)
    .option('--allow-replaced', 'entries after that head may let bundles take the place of others')
    .option('--key <file>', 'a trusted public key; every statement must be signed by one of them', gather)
    .option('--policy <file>', 'trust the keys and identities of this policy, each for its roles')
    .option('--repair', 'first remove what killed processes left, and add at the end what is missing')
    .option('--dry-run', 'only tell what --repair would do')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', EXIT_CODES)
    .action(async (exportDir: string, flags: VerifyFlags) => done(await runVerify(exportDir, flags)));
  return history;
}

interface AddFlags extends TrustFlags {
  exportDir?: string;
  replaces?: boolean;
}

interface VerifyFlags extends TrustFlags {
  expectHead?: string;
  allowReplaced?: boolean;
  repair?: boolean;
  dryRun?: boolean;
  json?: boolean;
}

function parseHead(text: string): string {
  if (!/^[0-9a-f]{64}$/.test(text)) throw new InvalidArgumentError('expected 64 lower-case hex digits');
  return text;
}

async function runAdd(bundle: string, flags: AddFlags): Promise<number> {
  const placed = await placeOfBundle(bundle, flags.exportDir);
  const options = { bundle: await trustOf(flags), replaces: flags.replaces ?? false };
  const added = await addBundle(placed, options);
  for (const fact of added) console.log(`added ${fact.kind} ${nameOfFact(fact)} of ${placed.id}`);
  if (added.length === 0) console.log(`the history has all of ${placed.id}`);
  console.log(`head ${(await readChain(placed.exportDir, problemList())).head}`);
  return 0;
}

async function runList(exportDir: string, { json }: { json?: boolean }): Promise<number> {
  await demandFolder(exportDir);
  const problems = problemList();
  const { entries, head } = await readChain(exportDir, problems);
  if (json) console.log(canonicalJson(entries.map(({ entry }) => entry)));
  else {
    const rows = entries.map(({ entry }) => [
      String(entry.seq),
      entry.kind,
      entry.bundle.id,
      nameOfFact(entry),
      entry.kind === 'run' ? entry.verdict : '',
    ]);
    for (const line of [...table(rows), `head ${head}`]) console.log(line);
  }
  for (const line of problemLines(problems.all())) console.error(line);
  return problems.count() > 0 ? 3 : 0;
}

async function runVerify(exportDir: string, flags: VerifyFlags): Promise<number> {
  const bundle = await trustOf(flags);
  const expected = {
    ...(flags.expectHead !== undefined && { expectHead: flags.expectHead }),
    allowReplaced: flags.allowReplaced ?? false,
  };
  await demandFolder(exportDir);
  const wanted = flags.repair || flags.dryRun;
  const repaired = wanted ? await repairHistory(exportDir, flags.dryRun ?? false, bundle) : undefined;
  const report = await verifyHistory(exportDir, { bundle, ...expected });
  if (flags.json) console.log(canonicalJson({ ...report, repair: repaired ?? null }));
  else {
    const lines = [...repairLines(repaired, flags.dryRun ?? false), ...screen(exportDir, report)];
    for (const line of lines) console.log(line);
  }
  return report.intact ? 0 : 3;
}

function repairLines(repaired: Repaired | undefined, dryRun: boolean): string[] {
  if (repaired === undefined) return [];
  const lines = repaired.done.map(({ action, what }) => `${dryRun ? 'would ' : ''}${action} ${forTerminal(what)}`);
  return [...lines, ...problemLines(repaired.problems).map((line) => `not repaired:${line}`)];
}

function screen(exportDir: string, report: HistoryReport): string[] {
  const { runs, approvals, unfinished, temporaries } = report;
  const replaced = runs.replaced > 0 ? `; ${runs.replaced} replaced by another bundle` : '';
  return [
    `${forTerminal(exportDir)}: ${report.intact ? 'history intact' : 'history NOT INTACT'}`,
    `  ${runs.intact} of ${runs.named} runs intact${replaced}; ${approvals.intact} of ${approvals.named} approvals intact`,
    ...unfinished.map(({ run, log }) => `  run ${run} has not ended, or was killed${logWords(log)}`),
    ...temporaries.map((name) => `  history/${name}: is being written, or was left by a process that was killed`),
    ...problemLines(report.problems),
    `  head ${report.head} (${report.entries} entries)`,
  ];
}

function logWords(log: HistoryReport['unfinished'][number]['log']): string {
  if (log === null) return '; it left no log';
  return `; its log has ${log.entries} entries${log.whole ? '' : ' and a torn end'}`;
}

const problemLines = (problems: readonly VerifyProblem[]): string[] =>
  problems.map(({ file, reason }) => `  ${file}: ${reason}`);
