import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkov } from '../../../../src/workers/reader/adapters/checkov.js';
import { asJsonLines, runAdapter, suppressedIn } from './sink.js';

const HOME = join(import.meta.dirname, '../../../tools/checkov');
const TREE = join(HOME, 'positive');
const NAMES = readdirSync(TREE, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name).slice(TREE.length + 1))
  .sort();
const texts = Object.fromEntries(NAMES.map((name) => [name, readFileSync(join(TREE, name), 'utf8')]));

interface Recorded {
  results: Record<'failed_checks' | 'skipped_checks', unknown[]>;
}
const recorded: Recorded[] = JSON.parse(readFileSync(join(HOME, 'report.json'), 'utf8'));
const count = (list: keyof Recorded['results']) => recorded.reduce((sum, { results }) => sum + results[list].length, 0);

const check = {
  check_id: 'CKV_AWS_24',
  check_name: 'Ensure no security groups allow ingress from 0.0.0.0:0 to port 22',
  file_abs_path: '/src/view/main.tf',
  file_line_range: [1, 2],
  resource: 'aws_security_group.ssh',
};
interface Lists {
  passed?: object[];
  failed?: object[];
  skipped?: object[];
  errors?: string[];
}
const framework = ({ passed = [], failed = [], skipped = [], errors = [] }: Lists, check_type = 'terraform') => ({
  check_type,
  results: { passed_checks: passed, failed_checks: failed, skipped_checks: skipped, parsing_errors: errors },
  summary: {
    passed: passed.length,
    failed: failed.length,
    skipped: skipped.length,
    parsing_errors: errors.length,
  },
});

const read = (report: unknown, files: Record<string, string> = { 'main.tf': '' }) =>
  runAdapter(checkov, report, { files: Object.keys(files), texts: files });
const ofType = (lines: object[], type: string) => lines.filter((line) => 'type' in line && line.type === type);
const NOTHING = { passed: 0, failed: 0, skipped: 0, parsing_errors: 0, resource_count: 0, checkov_version: '3.3.30' };

describe('a report that is not whole', () => {
  it.each([
    ['nothing', null],
    ['an empty list', []],
    ['an empty object', {}],
    ['only a summary, of results', { ...NOTHING, failed: 1 }],
    ['a list without its results', [{ ...framework({}), results: {} }]],
    ['fewer results than it counts', [{ ...framework({}), summary: { ...NOTHING, failed: 1 } }]],
    ['fewer skipped checks than it counts', [{ ...framework({}), summary: { ...NOTHING, skipped: 1 } }]],
    ['fewer errors than it counts', [{ ...framework({}), summary: { ...NOTHING, parsing_errors: 1 } }]],
    ['a check without a file', [framework({ failed: [{ ...check, file_abs_path: undefined }] })]],
    ['a check without lines', [framework({ failed: [{ ...check, file_line_range: [1] }] })]],
    ['a check id of another form', [framework({ failed: [{ ...check, check_id: 'CKV_AWS_24\u001b[2J' }] })]],
    ['one broken framework of two', [framework({}), { check_type: 'kubernetes' }]],
  ])('is refused: %s', (_, report) => {
    expect(() => read(report)).toThrow();
  });

  it('is whole with a summary alone, where no framework has a result', () => {
    expect(read(NOTHING)).toEqual([]);
  });
});

describe('a check that the tree wants skipped', () => {
  it('is a finding, and counted', () => {
    const lines = read([framework({ skipped: [check] })]);
    expect(lines).toHaveLength(2);
    expect(suppressedIn(lines)).toHaveLength(1);
    expect(lines[1]).toMatchObject({ severity: 'high', message: expect.stringContaining('not checked') });
  });
});

describe('a file that was not judged', () => {
  it('is what Checkov could not parse', () => {
    const lines = read(framework({ errors: ['/src/view/main.tf'] }));
    expect(lines).toEqual([
      { type: 'unread', path: 'main.tf', reason: 'unparsable', detail: 'Checkov could not parse this file' },
    ]);
  });

  it('is told once', () => {
    const twice = [framework({ errors: ['/src/view/a.json'] }), framework({ errors: ['/src/view/a.json'] }, 'arm')];
    expect(ofType(read(twice, { 'a.json': '{' }), 'unread')).toHaveLength(1);
  });

  it.each([
    ['{ // what the editor shows\n "tabSize": 2 }', 0],
    ['{ // a plan\n "terraform_version": "1.9.0" }', 1],
    [
      '{ // a template\n "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#" }',
      1,
    ],
    ['{ "apiVersion": "v1", "kind": "Pod", }', 1],
  ])('is not a JSON with comments that is about something else: %j', (text, unread) => {
    const report = framework({ errors: ['/src/view/a.json'] }, 'terraform_plan');
    expect(ofType(read(report, { 'a.json': text }), 'unread')).toHaveLength(unread);
  });

  it.each([
    ['pod.yaml', 'apiVersion: v1\nkind: Pod\nspec:\n\thostNetwork: true\n'],
    ['chart/templates/web.yml', 'apiVersion: apps/v1\r\nkind: Deployment\r\nname: {{ .Values.name }}\r\n'],
    ['two.yaml', 'a: 1\n---\n"kind": "CronJob"\n"apiVersion": "batch/v1"\n'],
    ['Dockerfile', 'FROM \ufffd\n'],
    ['app/web.dockerfile', 'FROM a\n'],
    ['Dockerfile.dev', 'FROM a\n'],
  ])('is one that must have a result and has none: %s', (name, text) => {
    expect(ofType(read(NOTHING, { [name]: text }), 'unread')).toEqual([expect.objectContaining({ path: name })]);
    const passed = [{ ...check, file_abs_path: `/src/view/${name}` }];
    expect(read([framework({ passed })], { [name]: text })).toEqual([]);
  });

  it.each([
    ['values.yaml', 'name: web\nkind: Pod\n'],
    ['crd.yaml', 'apiVersion: example.org/v1\nkind: Backup\n'],
    ['hpa.yaml', 'apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nspec:\n  ref:\n    kind: Deployment\n'],
    ['Dockerfile', '\n'],
    ['Dockerfile.dockerignore', '*.log\n'],
    ['docs/dockerfiles.md', 'FROM here on\n'],
    ['variables.tf', 'variable "a" {}\n'],
  ])('is not one that may have none: %s', (name, text) => {
    expect(read(NOTHING, { [name]: text })).toEqual([]);
  });
});

describe('severities', () => {
  const gradeOf = (name: string) => read([framework({ failed: [{ ...check, check_name: name }] })])[0];

  it.each([
    ['Ensure no security groups allow ingress from 0.0.0.0:0 to port 22', 'high', []],
    ['Ensure no security groups allow ingress from 0.0.0.0:0 to port -1', 'high', []],
    ['Ensure no security groups allow ingress from 0.0.0.0:0 to port 80', 'medium', []],
    ['Ensure no security groups allow egress from 0.0.0.0:0 to port -1', 'medium', []],
    ['Ensure the S3 bucket does not allow WRITE permissions to everyone', 'high', []],
    ['Ensure no hard-coded secrets exist in EC2 user data', 'high', ['CWE-798']],
    ['Container should not be privileged', 'high', ['CWE-250']],
    ["Ensure that certificate validation isn't disabled with curl", 'medium', ['CWE-295']],
    ['Ensure all data stored in the S3 bucket have versioning enabled', 'medium', []],
    ['CPU limits should be set', 'low', []],
  ])('%s: %s', (name, severity, cwe) => {
    expect(gradeOf(name)).toMatchObject({ severity, cwe });
  });

  it('names a rule the same in whatever order its results come', () => {
    const found = ['b', 'a'].map((check_name) => ({ ...check, check_name }));
    const names = [found, [...found].reverse()].map((failed) => ofType(read([framework({ failed })]), 'rule'));
    expect(names[0]).toEqual(names[1]);
  });
});

describe('the recorded report', () => {
  const lines = runAdapter(checkov, recorded, { files: NAMES, texts });

  it('keeps every failed and every skipped check, once', () => {
    expect(count('failed_checks')).toBeGreaterThan(70);
    expect(ofType(lines, 'finding')).toHaveLength(count('failed_checks') + count('skipped_checks'));
    expect(suppressedIn(lines)).toHaveLength(count('skipped_checks'));
    expect(count('skipped_checks')).toBe(2);
  });

  it('says which files were not judged', () => {
    const unread = ofType(lines, 'unread').map((line) => ('path' in line ? line.path : ''));
    expect(unread).toEqual(['terraform/broken.tf', 'k8s/broken.yaml']);
  });

  it('sees through a module what only its caller makes public', () => {
    expect(lines).toContainEqual(
      expect.objectContaining({ type: 'finding', rule: 'CKV_AWS_20', path: 'terraform/modules/bucket/main.tf' }),
    );
  });

  it('reads as before', async () => {
    await expect(asJsonLines(lines)).toMatchFileSnapshot(join(HOME, 'expected.jsonl'));
  });
});
