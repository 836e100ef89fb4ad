/** A tool file that is valid as it is. A comment says for each place what belongs there. */
export const toolText = (id: string): string => `schemaVersion: 1
id: ${id}
name: ${id}
description: Say in one sentence what it finds.
# sast, secrets, privacy, sbom, sca, iac or dast: its folder under reports/, its budget and its ceiling.
category: sast
suppliers:
  # A program by its address and SHA-256. npm, pypi and go are other kinds; a program that is on this machine is named in
  # the policy instead, under toolchain.binaries.
  - kind: release
    project: https://example.org/${id}
    version: 0.0.0
    archives: {}
    run:
      interpreter: none
      entry: ${id}
      # The tree is /src/view, read-only, and the working directory; the report goes to /out; there is no network. Name
      # your own configuration, so that none of the tree is read, and switch inline suppressions off.
      args: [--format, sarif, --output, /out/report.sarif, .]
      env: { HOME: /tmp }
      report: { format: sarif, file: report.sarif }
      # Codes with which the report is to be read; any other is an error.
      exitCodes: { clean: [0], findings: [1] }
appliesTo:
  files: ['**']
# Files by which a tree would steer the tool: configuration, ignore lists, plugins.
neutralise: []
# \`file\` only if no file changes what is found in another.
judges: tree
capabilities: { memory: 1GiB, cpu: 10m, wall: 10m, pids: 64, output: 256MiB, tmp: 64MiB, net: none }
# CPU seconds for a MiB of input, roughly.
cost: 1
`;

/** A test for \`node --test\` that scans both fixtures with this tool alone. */
export const testText = (id: string): string => `import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ID = '${id}';
/** The program, if it is one of this machine: { path: '/opt/…', sha256: '…', version: '1.0.0' }. */
const PROGRAM = undefined;

const FOLDER = dirname(fileURLToPath(import.meta.url));
const TOOLS = dirname(FOLDER);
const SCRATCH = mkdtempSync(join(tmpdir(), ID));
after(() => rmSync(SCRATCH, { recursive: true, force: true }));

/** What a scan of a fixture by this tool alone leaves. */
function scan(fixture) {
  const parts = ['yaml', 'lock'].map((kind) => join(TOOLS, \`\${ID}.\${kind}\`)).filter((file) => existsSync(file));
  const digest = createHash('sha256').update(Buffer.concat(parts.map((file) => readFileSync(file)))).digest('hex');
  const binaries = PROGRAM === undefined ? {} : { [ID]: PROGRAM };
  const policy = { schemaVersion: 1, name: 'test', toolchain: { toolFiles: { [ID]: digest }, binaries } };
  const manifest = { product: 'test', version: '1', owners: ['test'], profiles: [{ name: 'test', tools: [ID] }] };
  const out = join(SCRATCH, fixture);
  const files = { policy: join(SCRATCH, 'policy.json'), manifest: join(SCRATCH, 'manifest.json') };
  writeFileSync(files.policy, JSON.stringify(policy));
  writeFileSync(files.manifest, JSON.stringify(manifest));
  // A folder under git would be scanned as far as git tracks it.
  const archive = join(SCRATCH, \`\${fixture}.tar\`);
  execFileSync('tar', ['-cf', archive, '-C', join(FOLDER, fixture), '.']);
  const options = ['--tools', TOOLS, '--policy', files.policy, '--manifest', files.manifest, '--profile', 'test'];
  const args = [archive, ...options, '--export-dir', out, '--quiet'];
  const { stdout, stderr, status, error } = spawnSync('security-scan', args, { encoding: 'utf8' });
  assert.ifError(error);
  assert.ok(status === 0 || status === 1, \`security-scan ended with \${status}\\n\${stdout}\${stderr}\`);
  return readFileSync(join(out, 'latest', 'findings.jsonl'), 'utf8').split('\\n').filter(Boolean);
}

test('finds the flaw', () => {
  assert.notEqual(scan('positive').length, 0);
});

test('finds nothing in a sound tree', () => {
  assert.deepEqual(scan('negative'), []);
});
`;
