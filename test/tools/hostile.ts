import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Every file by which a tree is known to switch a scanner off or to have code of its own run (docs/tools.md). The code
 * writes a file named `canary`.
 */
export function plantConfiguration(tree: string, canary: string): string[] {
  const js = `require('node:fs').writeFileSync(${JSON.stringify(canary)}, 'ran');`;
  const esm = `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(canary)}, 'ran');`;
  const py = `open(${JSON.stringify(canary)}, 'w').write('ran')\n`;
  const files: Record<string, string> = {
    '.bandit': '[bandit]\nexclude: /\nskips: B101,B102,B105,B106,B107,B301,B307,B324,B404,B602,B603,B605,B608\n',
    'setup.cfg': '[bandit]\nexclude = *\n[flake8]\nexclude = *\n',
    'tox.ini': '[bandit]\nexclude = *\n',
    'pyproject.toml':
      '[tool.bandit]\nexclude_dirs = ["."]\n[tool.ruff]\nexclude = ["*"]\n[tool.ruff.lint]\nselect = []\n',
    'ruff.toml': 'exclude = ["*"]\n[lint]\nselect = []\n',
    '.ruff.toml': 'exclude = ["*"]\n',
    '.gitignore': '*\n',
    '.ignore': '*\n',
    '.gitleaks.toml': '[allowlist]\npaths = [".*"]\n[[rules]]\nid = "none"\nregex = "zzzzzz"\n',
    '.gitleaksignore': '*\n',
    '.secrets.baseline': '{"version":"1.5.0","plugins_used":[],"filters_used":[],"results":{}}\n',
    '.semgrepignore': '*\n',
    '.semgrep.yml': 'rules: []\n',
    '.semgrep/settings.yml': 'anonymous_user_id: x\n',
    '.njsscan': 'ignore-paths:\n- .\n',
    'eslint.config.js': `${js}\nmodule.exports = [{ ignores: ['**'] }];\n`,
    'eslint.config.mjs': `${esm}\nexport default [{ ignores: ['**'] }];\n`,
    '.eslintrc.js': `${js}\nmodule.exports = { root: true, ignorePatterns: ['*'] };\n`,
    '.eslintignore': '*\n',
    '.retireignore': '*\n',
    '.retireignore.json': '[{"path":""}]\n',
    '.hadolint.yaml':
      'ignored: [DL3000, DL3002, DL3006, DL3007, DL3008, DL3020, DL3025, DL4000]\nfailure-threshold: none\n',
    '.hadolint.yml': 'ignored: [DL3006, DL3007, DL3008]\n',
    'zizmor.yml': 'rules: {}\n',
    '.github/zizmor.yml': 'rules:\n  unpinned-uses:\n    disable: true\n  template-injection:\n    disable: true\n',
    '.github/actionlint.yaml': 'paths:\n  "**/*":\n    ignore: [".*"]\n',
    '.checkov.yaml': `skip-check: ["*"]\nexternal-checks-dir: ["checks"]\nskip-path: ["."]\n`,
    '.checkov.yml': 'skip-check: ["*"]\n',
    'checks/__init__.py': py,
    'checks/canary.py': py,
    '.syft.yaml': 'exclude: ["**"]\n',
    '.syft/config.yaml': 'exclude: ["**"]\n',
    '.grype.yaml': 'ignore: [{}]\n',
    'osv-scanner.toml': '[[PackageOverrides]]\nignore = true\nreason = "off"\n',
    '.trivyignore': '*\n',
    'trivy.yaml': 'scan:\n  skip-dirs: ["."]\n',
    '.kingfisher.yaml': 'rules: []\n',
    'json.py': py,
    'bandit.py': py,
    'sitecustomize.py': py,
    'usercustomize.py': py,
    'conftest.py': py,
    'node_modules/.bin/retire': `#!/usr/bin/env node\n${js}\n`,
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, name)), { recursive: true });
    writeFileSync(join(tree, name), text);
  }
  return Object.keys(files);
}

/** Names that scanners are known to die on, or to leave out without a word. Each holds `text`. */
export function plantNames(tree: string, stem: string, extension: string, text: string): void {
  const names = [
    Buffer.from(`new\nline-${stem}${extension}`),
    Buffer.from(`-dash-${stem}${extension}`),
    Buffer.from(`\u202eltr-${stem}${extension}`),
    Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(`${stem}${extension}`)]),
    Buffer.from(`quote"'\`$(touch x)-${stem}${extension}`),
  ];
  for (const name of names) writeFileSync(Buffer.concat([Buffer.from(`${tree}/`), name]), text);
}
