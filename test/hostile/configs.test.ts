import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { filesWith } from '../support/bundle.js';
import { temporaryFolder } from '../support/scan.js';
import { inFiles, type Scanned, scanBuilt } from './compare.js';
import { commitAll, H0, type Tree, writeTree } from './fixtures.js';

const MARK = `canary-${process.pid}`;

/** Code that a tool would run if it took the tree's word for anything: it leaves a file, says so, and fails. */
const jsCanary = (file: string) => `require('node:fs').writeFileSync(${JSON.stringify(file)}, '');
console.error('${MARK}'); process.exit(99);\n`;
const pyCanary = (file: string) => `open(${JSON.stringify(file)}, "w").close()\nraise SystemExit("${MARK}")\n`;

/** H1: what each scanner looks for in a tree, set to switch it off. */
const H1 = (canary: string): Tree => {
  const js = jsCanary(canary);
  const py = pyCanary(canary);
  return {
    'ruff.toml': 'exclude = ["*"]\n[lint]\nselect = []\nignore = ["ALL"]\nper-file-ignores = { "*" = ["ALL"] }\n',
    '.ruff.toml': 'exclude = ["*"]\n',
    'pyproject.toml':
      '[tool.ruff]\nexclude = ["*"]\n[tool.ruff.lint]\nignore = ["ALL"]\n[tool.bandit]\nskips = ["B102"]\nexclude_dirs = ["."]\n[build-system]\nbuild-backend = "canary"\nrequires = []\n',
    'setup.cfg': '[flake8]\nextend-ignore = S\n',
    'tox.ini': '[flake8]\nexclude = *\n',
    '.bandit': '[bandit]\nexclude = /\nskips = B102,B307\n',
    'bandit.yaml': 'skips: [B102, B307]\n',
    'web/ruff.toml': 'exclude = ["*"]\n',
    '.eslintrc.json': '{"root": true, "ignorePatterns": ["**/*"], "rules": {}}\n',
    '.eslintrc.js': js,
    'eslint.config.js': js,
    'eslint.config.mjs': `import fs from 'node:fs'; fs.writeFileSync(${JSON.stringify(canary)}, ''); process.exit(99);\n`,
    '.eslintignore': '**/*\n',
    'eslint-suppressions.json':
      '{"server.js": {"no-eval": {"count": 99}, "security/detect-child-process": {"count": 99}}}\n',
    '.gitleaks.toml': '[allowlist]\npaths = [".*"]\n',
    '.gitleaksignore': 'settings.py:aws-access-token:1\n',
    '.secretlintrc.js': js,
    '.secretlintrc.json': '{"rules": []}\n',
    '.secretlintignore': '**/*\n',
    '.secrets.baseline': '{"version": "1.5.0", "results": {"settings.py": []}}\n',
    '.trufflehog-exclude': '.*\n',
    'sgconfig.yml': 'ruleDirs: [none]\nutilDirs: []\n',
    '.semgrepignore': '*\n',
    '.semgrep.yml': 'rules: []\n',
    '.syft.yaml': 'exclude: ["**/*"]\n',
    '.trivyignore': '*\n',
    'trivy.yaml': 'scan:\n  skip-dirs: ["**"]\n',
    '.snyk': 'ignore: {}\n',
    'security-scan.yaml': 'tools: { forbid: [ruff] }\n',
    '.security-scan/policy.yaml': 'schemaVersion: 1\nname: mine\nbudgets: {}\n',
    'manifest.yaml': 'product: x\nversion: 1\nowners: []\nprofiles: [{name: default, tools: [sbom]}]\n',
    'tsconfig.json': '{"compilerOptions": {"plugins": [{"name": "./canary"}]}, "exclude": ["**/*"]}\n',
    'package.json': `${JSON.stringify({ name: 'x', scripts: { preinstall: `touch ${canary}`, prepare: `touch ${canary}` }, eslintConfig: { ignorePatterns: ['**/*'] }, eslintIgnore: ['**/*'] })}\n`,
    Makefile: `all:\n\ttouch ${canary}\n`,
    'setup.py': py,
    'conftest.py': py,
    'sitecustomize.py': py,
    'usercustomize.py': py,
    'json.py': py,
    'ast.py': py,
    '.gitattributes': '* filter=canary diff=canary linguist-generated linguist-vendored export-ignore\n',
    '.gitignore': '*\n',
    '.ignore': '*\n',
    '.npmrc': `script-shell=${canary}\n`,
    '.node-version': '0.10\n',
    'node_modules/eslint/index.js': js,
    'node_modules/eslint/package.json': '{"name": "eslint", "main": "index.js"}\n',
    'node_modules/eslint-plugin-security/index.js': js,
    'node_modules/@ast-grep/napi/index.js': js,
    'worker.mjs': js,
  };
};

/** Without a sandbox a canary would leave its file on this host. */
const HOSTILE = ['h1', 'h1-git', 'h1-unsandboxed'];

let plain: Scanned;
const hostile: { name: string; scanned: Scanned; canary: string }[] = [];

beforeAll(async () => {
  const folder = temporaryFolder();
  for (const name of ['h0', ...HOSTILE]) {
    mkdirSync(join(folder, name));
    writeTree(join(folder, name), H0);
  }
  plain = await scanBuilt(join(folder, 'h0'), join(folder, 'out', 'h0'));
  for (const name of HOSTILE) {
    const canary = join(folder, `${name}.canary`);
    writeTree(join(folder, name), H1(canary));
    if (name === 'h1-git') commitAll(join(folder, name));
    const more = { unsandboxed: name === 'h1-unsandboxed' };
    hostile.push({ name, canary, scanned: await scanBuilt(join(folder, name), join(folder, 'out', name), more) });
  }
}, 120_000);

describe.each(HOSTILE)('a tree that configures every scanner to stay silent (%s)', (name) => {
  const one = () => hostile.find((candidate) => candidate.name === name) ?? expect.fail('not scanned');

  it('changes no finding', () => {
    expect(plain.findings.length).toBeGreaterThan(10);
    expect(inFiles(one().scanned.findings, Object.keys(H0))).toEqual(plain.findings);
  });

  it('has every tool run to its end over all that it applies to', () => {
    const before = new Map(plain.result.evidence.outcomes.map(({ tool, files }) => [tool, files]));
    for (const { tool, status, error, files, unread } of one().scanned.result.evidence.outcomes) {
      expect({ tool, error, unread }).toEqual({ tool, error: null, unread: [] });
      expect(['clean', 'findings']).toContain(status);
      expect(files).toBeGreaterThanOrEqual(before.get(tool) ?? 0);
    }
  });

  it('executes nothing', () => {
    expect(existsSync(one().canary)).toBe(false);
    expect(filesWith(one().scanned.result.bundle.folder, [MARK])).toEqual([]);
  });

  it('keeps the SBOM', () => {
    const { folder } = one().scanned.result.bundle;
    expect(filesWith(folder, ['pkg:npm/lodash@4.17.20'])).toContain('reports/sbom/sbom.cyclonedx.json');
    expect(filesWith(folder, ['pkg:pypi/flask@2.0.1'])).toContain('reports/sbom/sbom.spdx.json');
  });
});
