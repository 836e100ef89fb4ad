import { pipeline } from 'node:stream/promises';
import { Command, Option } from 'commander';
import { type BundleDiff, diffBundles } from '../../core/diff/diff.js';
import { openBundle } from '../../core/diff/open.js';
import { canonicalJson } from '../../core/lib/canonical.js';
import { forTerminal } from '../../core/lib/escape.js';
import { diffJson, diffMarkdown, diffText } from '../diff-screen.js';
import { notIntact, oneBundle } from '../one-bundle.js';
import { readEnough } from '../report.js';
import { addCertificateOptions, gather, type TrustFlags, trustOf } from '../trusted-files.js';

interface DiffFlags extends TrustFlags {
  format: 'text' | 'md' | 'json';
  json?: boolean;
}

const EXIT_CODES = `
Exit codes:
  0  no finding is new or more severe, and the verdict is no worse
  1  there is a new or more severe finding, or the verdict is worse
  2  usage
  3  a bundle is not intact`;

export function diffCommand(done: (code: number) => void): Command {
  return addCertificateOptions(new Command('diff'))
    .description('compare two bundles: findings, tools, policy and verdict; runs nothing')
    .argument('<before>', 'bundle folder')
    .argument('<after>', 'bundle folder')
    .option('--key <file>', 'a trusted public key; both bundles must be signed by one of them', gather)
    .option('--policy <file>', 'trust the keys and identities of this policy, each for its roles')
    .addOption(new Option('--format <format>', 'of the answer').choices(['text', 'md', 'json']).default('text'))
    .option('--json', 'the same as --format json')
    .addHelpText('after', EXIT_CODES)
    .action(async (before: string, after: string, flags: DiffFlags) => done(await runDiff(before, after, flags)));
}

async function runDiff(before: string, after: string, flags: DiffFlags): Promise<number> {
  const { json, format } = flags;
  const paths = [await oneBundle(before), await oneBundle(after)];
  const trust = await trustOf(flags);
  // One after the other: each may be large.
  const opened = [];
  for (const path of paths) opened.push({ path, ...(await openBundle(path, trust)) });
  const [was, is] = opened.map(({ bundle }) => bundle);
  const wanted = json ? 'json' : format;
  if (was === undefined || is === undefined) {
    const broken = opened.filter(({ bundle }) => bundle === undefined);
    const told = broken.map(({ path, verification: { problems } }) => ({ bundle: path, problems }));
    if (wanted === 'json') console.log(canonicalJson({ result: 'not-intact', bundles: told }));
    else for (const { bundle, problems } of told) console.log(notIntact(forTerminal(bundle), problems).join('\n'));
    return 3;
  }
  const diff = await diffBundles(was, is);
  await pipeline(inPieces(rendered(diff, wanted)), process.stdout, { end: false }).catch(readEnough);
  return diff.worse ? 1 : 0;
}

function rendered(diff: BundleDiff, format: DiffFlags['format']): Iterable<string> {
  switch (format) {
    case 'text':
      return diffText(diff);
    case 'md':
      return diffMarkdown(diff);
    case 'json':
      return diffJson(diff);
  }
}

/** Characters that are written at one time. */
const PIECE = 1 << 16;

/** A comparison may list a hundred thousand findings, a line each. */
function* inPieces(texts: Iterable<string>): Generator<string> {
  let pending = '';
  for (const text of texts) {
    pending += text;
    if (pending.length < PIECE) continue;
    yield pending;
    pending = '';
  }
  yield pending;
}
