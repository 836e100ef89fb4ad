import * as z from 'zod';

/** Forms of report that the reader has an adapter for; docs/adding-a-tool.md describes each. */
export const REPORT_FORMATS = [
  'findings-jsonl',
  'sarif',
  'actionlint',
  'bandit',
  'checkov',
  'cyclonedx',
  'detect-secrets',
  'gitleaks',
  'gitleaks-history',
  'gosec',
  'grype',
  'hadolint',
  'kingfisher',
  'osv-scanner',
  'retire',
  'ruff',
  'semgrep',
  'trivy',
  'zizmor',
] as const;
export const reportFormat = z.enum(REPORT_FORMATS);
export type ReportFormat = z.infer<typeof reportFormat>;
