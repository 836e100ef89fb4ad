import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../src/core/lib/digest.js';
import { openStore } from '../../src/core/toolchain/store.js';
import { staged } from '../core/toolchain/support.js';
import { cli } from '../support/cli.js';
import { sarif } from '../support/reports.js';
import { temporaryFolder } from '../support/scan.js';

const TOOL = `schemaVersion: 1
id: demo
name: Demo
description: A tool of a test.
category: sast
suppliers:
  - kind: npm
    package: demo
    version: 1.0.0
    run:
      interpreter: node
      entry: demo.mjs
      args: []
      report: { format: sarif, file: report.json }
      exitCodes: { clean: [0] }
appliesTo: { files: ['**/*.txt', '**/package-lock.json'] }
judges: tree
capabilities: { memory: 1GiB, cpu: 1m, wall: 1m, pids: 32, output: 1MiB, tmp: 1MiB, net: none }
cost: 1
`;

const LEAVES = `import { writeFileSync } from 'node:fs';
writeFileSync('/out/report.json', ${JSON.stringify(JSON.stringify(sarif({ results: [] })))});
`;

const folder = temporaryFolder();
const source = join(folder, 'source');
let count = 0;

beforeAll(() => {
  mkdirSync(source);
  writeFileSync(join(source, 'a.txt'), 'one\n');
  writeFileSync(join(source, 'package-lock.json'), '{ "lockfileVersion": 3, "packages": {} }\n');
});

/** An operator's machine on which a tool is installed: its lock, its entry in the store, and a way to scan with it. */
async function machineWith(script: string, text = TOOL) {
  count += 1;
  const home = join(folder, `home-${count}`);
  const [tools, data] = [join(home, 'tools'), join(home, 'data')];
  mkdirSync(tools, { recursive: true });
  writeFileSync(join(tools, 'demo.yaml'), text);
  const digest = await install(data, script);
  const lock = join(tools, 'demo.lock');
  writeFileSync(lock, lockOf(digest));
  const policy = join(home, 'policy.yaml');
  const allow = () => {
    const allowed = `toolchain: { toolFiles: { demo: ${sha256(text + readFileSync(lock, 'utf8'))} } }`;
    writeFileSync(policy, `schemaVersion: 1\nname: demo\ntools: { require: [demo] }\n${allowed}\n`);
  };
  allow();
  const scan = async () => {
    const args = [source, '--profile', 'sbom', '--export-dir', join(home, 'out'), '--tools', tools, '--policy', policy];
    const { exitCode, stderr, stdout } = await cli(args, { env: { XDG_DATA_HOME: data } });
    return { exitCode, text: `${stdout}\n${stderr}`, bundle: existsSync(join(home, 'out', 'latest')) };
  };
  return { scan, allow, data, lock, program: join(data, 'security-scan/store', digest, 'root/demo.mjs') };
}

async function install(data: string, script: string): Promise<string> {
  const store = openStore(join(data, 'security-scan/store'));
  return (await store.addFolder(await staged(store, { 'demo.mjs': script }))).digest;
}

const lockOf = (files: string): string =>
  JSON.stringify({
    schemaVersion: 1,
    tool: 'demo',
    entries: [
      {
        supplier: 'npm',
        version: '1.0.0',
        platform: 'any',
        interpreter: 'node',
        artifacts: [{ name: 'demo', version: '1.0.0', integrity: 'sha512-AAAA' }],
        files,
        size: 1,
      },
    ],
  });

describe('a machine without any scanner', () => {
  it('is told what a profile lacks and how to get it, and nothing is run', async () => {
    const out = join(folder, 'nothing-out');
    const policy = 'examples/policy-open-tools.yaml';
    const args = [source, '--profile', 'supply-chain', '--policy', policy, '--export-dir', out];
    const { exitCode, stderr } = await cli(args, { env: { XDG_DATA_HOME: join(folder, 'nothing') } });
    for (const id of ['osv-scanner', 'retire-js', 'syft', 'zizmor', 'actionlint']) {
      expect(stderr).toContain(`${id} is not installed`);
      expect(stderr).toContain(`security-scan tools install ${id}\``);
    }
    expect(exitCode).toBe(2);
    expect(existsSync(out)).toBe(false);
  });
});

describe('a name that is none', () => {
  it.each([
    ['of a tool', ['--skip-tools', 'bandti'], /no tool `bandti`/],
    ['of a profile, with a terminal sequence', ['--profile', '\u001b[2J$(touch x)'], /no profile|unknown profile/],
    ['of a tool, with a shell command', ['--skip-tools', 'x;touch x'], /no tool/],
    ['of a bundle, with a shell command', ['--bundle-id', 'x;touch x'], /cannot be named/],
  ])('%s is refused', async (_, args, message) => {
    const out = join(folder, 'names-out');
    const { exitCode, stderr } = await cli([source, '--export-dir', out, ...args]);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('\u001b[2J');
    expect(exitCode).toBe(2);
    expect(existsSync(out)).toBe(false);
  });
});

describe('an installed tool', () => {
  it('that works is believed', async () => {
    const { scan } = await machineWith(LEAVES);
    expect(await scan()).toMatchObject({ exitCode: 0, bundle: true });
  });

  it.each([
    ['crashes after its report', `${LEAVES}process.abort();`, /demo was ended by SIGABRT/],
    ['says nothing', '', /demo: the tool left no report/],
  ])('that %s is an error, never a clean tool', async (_, script, message) => {
    const { scan } = await machineWith(script);
    const { exitCode, text, bundle } = await scan();
    expect(text).toMatch(message);
    expect([exitCode, bundle]).toEqual([3, true]);
  });

  it('of which a byte changed is not started, and how to mend it is said', async () => {
    const { scan, program } = await machineWith(LEAVES);
    chmodSync(program, 0o644);
    writeFileSync(program, readFileSync(program, 'utf8').replace('writeFileSync', 'writeFileSynC'));
    const { exitCode, text } = await scan();
    expect(text).toMatch(/demo: demo\.mjs was changed[\s\S]*security-scan tools install demo/);
    expect(exitCode).toBe(3);
  });

  it.each([
    ['has one member more', (lock: string) => lock.replace('{', '{"more":1,'), /demo\.lock[\s\S]*more/],
    ['names other files', (lock: string) => lock.replace(/[0-9a-f]{64}/, 'f'.repeat(64)), /tools install demo/],
    ['is of another version', (lock: string) => lock.replaceAll('1.0.0', '1.0.1'), /tools lock demo/],
  ])('whose lock was edited so that it %s is refused', async (_, edit, message) => {
    const { scan, allow, lock } = await machineWith(LEAVES);
    writeFileSync(lock, edit(readFileSync(lock, 'utf8')));
    allow();
    const { exitCode, text, bundle } = await scan();
    expect(text).toMatch(message);
    expect([exitCode, bundle]).toEqual([2, false]);
  });

  it('whose lock the policy does not name is refused', async () => {
    const { scan, lock } = await machineWith(LEAVES);
    writeFileSync(lock, readFileSync(lock, 'utf8').replace('"size":1', '"size":2'));
    const { exitCode, text, bundle } = await scan();
    expect(text).toMatch(/demo: the policy does not name its tool file/);
    expect([exitCode, bundle]).toEqual([2, false]);
  });

  it('without its advisories says which, and how to get them', async () => {
    const { scan } = await machineWith(LEAVES, `${TOOL.replace("'**/*.txt', ", '')}advisories: osv\n`);
    const { exitCode, text } = await scan();
    expect(text).toMatch(/demo has no advisories: no advisories osv\/npm; `security-scan advisories update osv\/npm`/);
    expect(exitCode).toBe(3);
  });
});
