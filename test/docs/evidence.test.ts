import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { findingSchema } from '../../src/core/findings/finding.js';
import { initManifest } from '../../src/core/manifest/init.js';
import { cli, commitAll } from '../support/cli.js';
import { temporaryFolder } from '../support/scan.js';
import { expandBraces, quoted, read, rows, section } from './text.js';

const loose = z.looseObject({});
const statement = z.object({ predicateType: z.string(), predicate: z.record(z.string(), z.unknown()) });

/** A real bundle, with a manifest, an SBOM and a skipped tool. */
const folder = mkdtempSync(join(temporaryFolder(), 'evidence-'));
const bundle = join(folder, 'out', 'latest');
const json = (path: string): unknown => JSON.parse(readFileSync(join(bundle, path), 'utf8'));

beforeAll(async () => {
  const source = join(folder, 'source');
  mkdirSync(source);
  writeFileSync(join(source, 'a.py'), 'import subprocess\nsubprocess.call(input(), shell=True)\n');
  writeFileSync(join(source, 'requirements.txt'), 'flask==3.0.0\n');
  commitAll(source);
  const manifest = join(folder, 'manifest.yaml');
  writeFileSync(manifest, initManifest('Shop').replace('detect-secrets', 'secrets'));
  const args = ['--manifest', manifest, '--skip-tools', 'eslint-security', '--export-dir', join(folder, 'out')];
  const { exitCode, stderr } = await cli([source, ...args]);
  expect([exitCode, stderr]).toEqual([1, expect.any(String)]);
});

/** Files of the bundle with what varies written as the documents do. */
function filesOfBundle(): string[] {
  const entries = readdirSync(`${bundle}/`, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name).slice(bundle.length + 1));
  return [...new Set(paths.map(general))].sort();
}

const general = (path: string): string =>
  path
    .replace(/^runs\/[^/]+\/logs\/.*$/, 'logs/<step>.<stream>.log')
    .replace(/^runs\/[^/]+\//, '')
    .replace(/^inputs\/tools\/[^/]+$/, 'inputs/tools/<tool>.json')
    .replace(/^reports\/(?!sbom)[^/]+\/[^/]+$/, 'reports/<category>/<tool>.sarif.json');

describe('docs/bundle.md', () => {
  const evidence = () => rows(section(read('docs/bundle.md'), '## Evidence'));
  const record = () => rows(section(read('docs/bundle.md'), '## Run record'));

  it('lists every file of a bundle and no other', () => {
    const listed = [...evidence(), ...record()].flatMap(([cell = '']) => quoted(cell));
    expect(filesOfBundle().filter((path) => !listed.includes(path))).toEqual([]);
    const optional = [
      'logs/<step>.<stream>.log',
      'inputs/waivers.json',
      'vulns-<tool>.intoto.json',
      'attestations/openvex.intoto.json',
    ];
    expect(listed.filter((path) => !filesOfBundle().includes(path) && !optional.includes(path))).toEqual([]);
  });

  it.each(['summary.json', 'policy-result.json', 'manifest-info.json', 'compliance.json', 'bundle.json'])(
    'names the fields of %s',
    (file) => {
      const row =
        evidence()
          .find(([cell]) => cell === `\`${file}\``)
          ?.join(' ') ?? '';
      const keys = Object.keys(loose.parse(json(file))).filter((key) => key !== 'schemaVersion');
      expect(keys.filter((key) => !quoted(row).includes(key))).toEqual([]);
      expect(row).toContain('`schemaVersion` 1');
    },
  );

  it('names the fields of a finding', () => {
    const text = section(read('docs/bundle.md'), '### A finding');
    expect(Object.keys(findingSchema.shape).filter((key) => !quoted(text).includes(key))).toEqual([]);
  });
});

describe('docs/predicates.md', () => {
  const text = read('docs/predicates.md');
  const runFile = () => join('runs', readdirSync(join(bundle, 'runs'))[0] ?? '', 'run.intoto.json');

  it.each([
    ['scan', () => 'attestation.intoto.json'],
    ['run', runFile],
  ])('names the type and every field of the %s predicate', (name, file) => {
    const { predicateType, predicate } = statement.parse(json(file()));
    const heading = `## ${name === 'scan' ? 'Scan' : 'Run'}: \`${predicateType}\``;
    const table = rows(section(text, heading));
    const fields = table.flatMap(([cell = '']) => quoted(cell)).flatMap(expandBraces);
    expect(fields.filter((field) => !field.includes('[]')).sort()).toEqual(Object.keys(predicate).sort());
    for (const [field, value] of Object.entries(predicate)) {
      const row = table.find(([cell]) => cell === `\`${field}\``)?.join(' ') ?? '';
      const inner = z.union([loose, z.array(loose)]).safeParse(value).data ?? {};
      const keys = ['tools', 'enforcement', 'substrate'].includes(field) ? [] : keysOfAll(inner);
      expect([field, keys.filter((key) => !quoted(row).includes(key))]).toEqual([field, []]);
    }
  });

  it('names every field of a tool and of its outcome', () => {
    const { tools } = z
      .object({ tools: z.array(loose) })
      .parse(statement.parse(json('attestation.intoto.json')).predicate);
    expect(keysOfAll(tools).filter((key) => !text.includes(`\`tools[].${key}\``))).toEqual([]);
    const outcomes = tools.map(({ outcome }) => loose.parse(outcome));
    const row =
      rows(text)
        .find(([cell]) => cell === '`tools[].outcome`')
        ?.join(' ') ?? '';
    expect(keysOfAll(outcomes).filter((key) => !quoted(row).includes(key))).toEqual([]);
    expect(outcomes.map(({ status }) => status)).toContain('skipped');
  });
});

const keysOfAll = (value: object | readonly object[]): string[] => [
  ...new Set((Array.isArray(value) ? value : [value]).flatMap((one: object) => Object.keys(one))),
];
