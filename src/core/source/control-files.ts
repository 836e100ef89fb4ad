import { globMatcher } from '../lib/paths.js';

/** A kind of file that steers scanners, pipelines or coding agents: why an edit of it is worth a look. */
export interface ControlClass {
  id: string;
  /** Globs over repository paths, any case; the first class with a match counts. */
  globs: readonly string[];
  what: string;
  help: string;
}

const RULES_OF_THE_SCAN: ControlClass = {
  id: 'edited-scan-rules',
  globs: ['.security-scan/**'],
  what: 'the rules by which this repository is scanned',
  help: 'The scan used the rules of the trusted commit. Read the edit as what it would allow once it is merged.',
};

const AGENTS: ControlClass = {
  id: 'edited-agent-instructions',
  globs: [
    '**/{AGENTS,AGENT,CLAUDE,GEMINI}*.md',
    '**/.{claude,cursor,gemini,codex,aider*,windsurf,continue,roo,kiro}/**',
    '**/{.cursorrules,.windsurfrules,.clinerules*,.mcp.json,.aider.conf.yml,copilot-instructions.md}',
    '.github/{instructions,prompts,agents}/**',
  ],
  what: 'instructions that coding agents obey',
  help: 'An agent that reads this file does what it says. Read it as code that will run with the rights of the agent.',
};

const PIPELINES: ControlClass = {
  id: 'edited-pipeline',
  globs: [
    // A link in the place of the folder.
    '{.github,.gitlab}',
    '.github/{workflows,actions}/**',
    '**/action.{yml,yaml}',
    '**/.gitlab-ci.{yml,yaml}',
    '.gitlab/ci/**',
    '.{circleci,buildkite,tekton,woodpecker}/**',
    '**/{.travis,.drone,appveyor,bitbucket-pipelines,azure-pipelines*,cloudbuild}.{yml,yaml}',
    '**/Jenkinsfile*',
    '**/CODEOWNERS',
    '**/.pre-commit-config.yaml',
  ],
  what: 'what runs in the pipeline, or who must review',
  help: 'A pipeline runs with credentials. Check what the edit runs, with which rights, and whether the scan still gates.',
};

const SCANNERS: ControlClass = {
  id: 'edited-scanner-config',
  globs: [
    '**/.{semgrep,opengrep}ignore',
    '**/.semgrep*/**',
    '**/.semgrep.{yml,yaml}',
    '**/{.trivyignore*,trivy.yaml,.grype.yaml,.syft.yaml,osv-scanner.toml}',
    '**/{.gitleaks.toml,.gitleaksignore,gitleaks.toml,.kingfisher*,.secrets.baseline,.secretlintrc*,.secretlintignore}',
    '**/{.bandit,bandit.yaml,bandit.yml,ruff.toml,.ruff.toml,.njsscan}',
    '**/{.eslintrc*,.eslintignore,eslint.config.*,.retireignore*}',
    '**/{.checkov,.hadolint,zizmor,actionlint}.{yml,yaml}',
  ],
  what: 'configuration, ignore list or baseline of a scanner',
  help: 'This scan obeys none of these files; the same scanner run elsewhere may. Check what it would no longer report.',
};

export const CONTROL_CLASSES: readonly ControlClass[] = [RULES_OF_THE_SCAN, AGENTS, PIPELINES, SCANNERS];

const MATCHERS = CONTROL_CLASSES.map((one) => ({ one, matches: globMatcher(one.globs, true) }));

/** The class of a file; undefined for one that steers nothing. */
export const controlClass = (path: string): ControlClass | undefined =>
  MATCHERS.find(({ matches }) => matches(path))?.one;
