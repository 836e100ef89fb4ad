import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pairs } from './pair.js';
import { forge, forgeJson } from './support.js';

const { copies, refusal } = pairs();

/** Of the divided step. */
const FINDINGS = 'steps/by-file/findings.jsonl';

const record = (shard: string): string => join('runs', readdirSync(join(shard, 'runs'))[0] ?? '');

const firstFinding = (shard: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(shard, FINDINGS), 'utf8').split('\n')[0] ?? '');

/** Replaces the findings of the divided step, and its outcome where `count` says so. */
function forgeFindings(shard: string, lines: readonly object[], count?: number): void {
  forge(shard, FINDINGS, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  if (count !== undefined)
    forgeOutcome(shard, 'by-file', { findings: count, status: count > 0 ? 'findings' : 'clean' });
}

function forgeOutcome(shard: string, step: string, change: object): void {
  forgeJson(shard, 'outcomes.json', (value) => ({
    ...value,
    steps: (value['steps'] as { step: string }[]).map((one) => (one.step === step ? { ...one, ...change } : one)),
  }));
}

const COMPONENT = `${JSON.stringify({ purl: 'pkg:npm/a@1', name: 'a', version: '1', path: 'a.txt', line: 1, scope: 'required', hashes: {}, licenses: [], dependsOn: [] })}\n`;

describe('a shard whose digests agree is refused all the same when', () => {
  it.each<[string, (shard: string) => void, RegExp]>([
    ['a finding is gone', (shard) => forgeFindings(shard, []), /not as many as its outcome/],
    [
      'a finding is twice there',
      (shard) => forgeFindings(shard, [firstFinding(shard), firstFinding(shard)], 1),
      /not as many/,
    ],
    [
      'a finding is out of form',
      (shard) => forgeFindings(shard, [{ ...firstFinding(shard), extra: 1 }], 1),
      /out of form/,
    ],
    [
      'a finding is of another tool',
      (shard) => forgeFindings(shard, [{ ...firstFinding(shard), tool: 'ruff' }], 1),
      /another tool/,
    ],
    [
      'a finding is in a file of another part',
      (shard) => forgeFindings(shard, [{ ...firstFinding(shard), path: 'nowhere.txt' }], 1),
      /its part does not have/,
    ],
    [
      'a finding is of a rule that it does not state',
      (shard) => forgeFindings(shard, [{ ...firstFinding(shard), rule: 'R9' }], 1),
      /unknown rule/,
    ],
    [
      'findings are out of order',
      (shard) => forgeFindings(shard, [{ ...firstFinding(shard), startLine: 9 }, firstFinding(shard)], 2),
      /not in order/,
    ],
    ['a line is not JSON', (shard) => forge(shard, FINDINGS, '{\n'), /JSON/],
    [
      'a divided step has components',
      (shard) => forge(shard, 'steps/by-file/components.jsonl', COMPONENT),
      /the step is divided/,
    ],
    [
      'a divided step has a report of its own',
      (shard) => forge(shard, 'steps/by-file/native.json', '{}'),
      /has a native\.json/,
    ],
    [
      'a rule says other things',
      (shard) =>
        forge(
          shard,
          'steps/by-file/rules.jsonl',
          `${readFileSync(join(shard, 'steps/by-file/rules.jsonl'), 'utf8').replaceAll('"short"', '"other"')}`,
        ),
      /other things of rule/,
    ],
    [
      'an outcome is gone',
      (shard) => forgeJson(shard, 'outcomes.json', (value) => ({ ...value, steps: [] })),
      /does not tell of/,
    ],
    [
      'an outcome is twice there',
      (shard) =>
        forgeJson(shard, 'outcomes.json', (value) => ({
          ...value,
          steps: [...(value['steps'] as object[]), ...(value['steps'] as object[])],
        })),
      /twice/,
    ],
    ['a step is called skipped', (shard) => forgeOutcome(shard, 'by-file', { status: 'skipped' }), /was skipped/],
    [
      'a step is called not applicable',
      (shard) => forgeOutcome(shard, 'by-file', { status: 'not-applicable' }),
      /has files/,
    ],
    ['a step is called clean', (shard) => forgeOutcome(shard, 'by-file', { status: 'clean' }), /is clean with/],
    ['a step was given fewer files', (shard) => forgeOutcome(shard, 'by-file', { files: 1 }), /was given 1 files/],
    [
      'an error has findings',
      (shard) =>
        forgeOutcome(shard, 'by-file', { status: 'error', error: { cause: 'crash', message: 'm', remedy: 'r' } }),
      /do not say so/,
    ],
    [
      'an unread file is of another part',
      (shard) => forgeOutcome(shard, 'by-file', { unread: [{ path: 'x', reason: 'unparsable', detail: '' }] }),
      /does not have/,
    ],
    ['its plan is not the one it names', (shard) => forge(shard, 'plan.json', '{}'), /another plan than plan\.json/],
    [
      'its run says another audit log',
      (shard) => forgeJson(shard, 'run.json', (value) => ({ ...value, audit: { head: 'a'.repeat(64), entries: 1 } })),
      /does not end where run\.json says/,
    ],
    [
      'its run ended before it started',
      (shard) => forgeJson(shard, 'run.json', (value) => ({ ...value, finished: '2000-01-01T00:00:00Z' })),
      /ended before/,
    ],
    [
      'its run has another key',
      (shard) => forgeJson(shard, 'run.json', (value) => ({ ...value, more: 1 })),
      /out of form/,
    ],
    [
      'its run is the name of a folder elsewhere',
      (shard) => forgeJson(shard, 'run.json', (value) => ({ ...value, run: '../../elsewhere' })),
      /run\.json: .*out of form/s,
    ],
    [
      'it has a log of no step',
      (shard) => forge(shard, `${record(shard)}/logs/strange.stdout.log`, 'x'),
      /a log of no step of its part/,
    ],
    [
      'an event is out of form',
      (shard) => forge(shard, `${record(shard)}/events.jsonl`, '{"type":"x"}\n'),
      /out of form/,
    ],
    [
      'its times are out of form',
      (shard) => forge(shard, `${record(shard)}/timings.json`, '{"schemaVersion":1}'),
      /out of form/,
    ],
    [
      'it ran in a weaker sandbox than the policy demands',
      (shard) =>
        forgeJson(shard, 'run.json', (value) => ({
          ...value,
          sandbox: { ...Object(value['sandbox']), level: 'none' },
        })),
      /the policy demands/,
    ],
    [
      'its files are another list',
      (shard) => forge(shard, 'files.jsonl', '{"path":"a.txt","size":8,"mode":"100644","class":"general"}\n'),
      /another source/,
    ],
    [
      'its source is another one',
      (shard) => forgeJson(shard, 'source.json', (value) => ({ ...value, ignored: 7 })),
      /another source/,
    ],
  ])('%s', async (_, change, message) => expect(await refusal(change)).toMatch(message));

  it('all shards agree on a list of files that is out of order', async () => {
    const { first, second, merge } = copies();
    const turned = `${readFileSync(join(first, 'files.jsonl'), 'utf8').trim().split('\n').reverse().join('\n')}\n`;
    for (const shard of [first, second]) forge(shard, 'files.jsonl', turned);
    await expect(merge()).rejects.toThrow(/not in order/);
  });
});

it('what a shard logged is redacted again', async () => {
  const { second, merge } = copies();
  const secret = ['ghp_', 'A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8'].join('');
  forge(second, `${record(second)}/logs/by-file.stderr.log`, `token ${secret}\n\u001b[31mred\n`);
  const { bundle } = await merge();
  const [run = ''] = readdirSync(join(bundle.folder, 'runs'));
  const log = readFileSync(join(bundle.folder, 'runs', run, 'shards/2/logs/by-file.stderr.log'), 'utf8');
  expect(log).not.toContain(secret);
  expect(log).not.toContain('\u001b');
});
