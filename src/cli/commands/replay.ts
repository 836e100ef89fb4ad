import { Command } from 'commander';
import { canonicalJson } from '../../core/lib/canonical.js';
import { forTerminal } from '../../core/lib/escape.js';
import { loadPackageCatalog } from '../../core/package.js';
import { type Replay, replay } from '../../core/replay.js';
import { namedDocument } from '../named-document.js';
import { notIntact, oneBundle } from '../one-bundle.js';
import { plainProgress, silent } from '../progress.js';
import { parseJobs } from '../scan-options.js';
import { underSignals } from '../signals.js';
import { addCertificateOptions, type CertificateFlags, gather, trustWith } from '../trusted-files.js';

interface ReplayFlags extends CertificateFlags {
  source: string;
  key?: string[];
  policy?: string;
  privacyAssets?: string;
  tools?: string;
  baseline?: string;
  keep?: string;
  jobs?: number;
  unsandboxed?: boolean;
  allowGitDir?: boolean;
  json?: boolean;
  quiet?: boolean;
}

const EXIT_CODES = `
Exit codes:
  0  the replay left the same evidence
  1  it left other evidence
  2  usage
  3  the bundle is not intact, or its run cannot be repeated here
  130, 143  cancelled`;

export function replayCommand(done: (code: number) => void): Command {
  return addCertificateOptions(new Command('replay'))
    .description('repeat the run of a bundle with the tools of this package, and compare the evidence byte for byte')
    .argument('<bundle>', 'bundle folder')
    .requiredOption('--source <source>', 'what was scanned, as for scan; FOLDER#COMMIT for a commit of a clone')
    .option('--key <file>', 'a trusted public key; the bundle must be signed by one of them', gather)
    .option('--policy <file>', 'the policy of the run, in the place of the one in the bundle')
    .option('--privacy-assets <dir>', 'the privacy pack of the run')
    .option('--tools <dir>', 'the operator’s tool files of the run')
    .option('--baseline <bundle>', 'the bundle that the run was compared with')
    .option('--keep <dir>', 'keep the bundle of the replay in this folder')
    .option('--jobs <n>', 'steps at one time', parseJobs)
    .option('--unsandboxed', 'run tools with your own rights')
    .option('--allow-git-dir', 'accept a .git that points outside the source')
    .option('--json', 'print the result as JSON')
    .option('--quiet', 'no progress')
    .addHelpText('after', EXIT_CODES)
    .action(async (bundle: string, flags: ReplayFlags) => done(await runReplay(bundle, flags)));
}

async function runReplay(path: string, { json, quiet, ...flags }: ReplayFlags): Promise<number> {
  const { key, policy: file, certificateIdentity, certificateOidcIssuer, trustedRoot, ...inputs } = flags;
  const policy = await namedDocument(file, '--policy');
  const named = { certificateIdentity, certificateOidcIssuer, trustedRoot };
  const { keys = [], certificates } = await trustWith(key, undefined, named);
  const request = {
    ...inputs,
    bundle: await oneBundle(path),
    keys,
    ...(certificates && { certificates }),
    keyPaths: key ?? [],
    ...(policy && { policy }),
  };
  const catalog = await loadPackageCatalog(flags.tools);
  const { onEvent } = quiet ? silent : plainProgress(process.stderr);
  return underSignals(async (cancel) => {
    const outcome = await replay(request, catalog, { clock: () => new Date(), signal: cancel.signal, onEvent });
    const cancelled = cancel.exitCode();
    if (cancelled !== undefined) return cancelled;
    console.log(json ? canonicalJson(outcome) : screen(forTerminal(request.bundle), outcome).join('\n'));
    return exitCode(outcome);
  });
}

function exitCode({ result }: Replay): number {
  switch (result) {
    case 'agrees':
      return 0;
    case 'differs':
      return 1;
    case 'not-intact':
    case 'not-replayable':
      return 3;
  }
}

function screen(name: string, outcome: Replay): string[] {
  switch (outcome.result) {
    case 'not-intact':
      return notIntact(name, outcome.problems);
    case 'not-replayable':
      return [
        `${name}: CANNOT BE REPLAYED here; its verdict ${outcome.verdict} is not confirmed`,
        ...outcome.reasons.map(({ message }) => `  ${forTerminal(message)}`),
        ...[...new Set(outcome.reasons.flatMap(({ remedy }) => remedy ?? []))].map(
          (text) => `    ${forTerminal(text)}`,
        ),
      ];
    case 'agrees':
      return [`${name}: the replay agrees, verdict ${outcome.verdict}`, ...besideWords(outcome.notes)];
    case 'differs':
      return [
        `${name}: THE REPLAY DIFFERS; verdict ${outcome.verdict} in the bundle, ${outcome.replayed} in the replay`,
        ...outcome.differences.map(({ text }) => `  ${forTerminal(text)}`),
        ...besideWords(outcome.notes),
      ];
  }
}

const besideWords = (notes: readonly string[]): string[] =>
  notes.map((note) => `  beside the source, and no part of it: ${forTerminal(note)}`);
