import type { ReportFormat } from '../../core/lib/report-format.js';
import type { Adapter } from './adapter.js';
import { actionlint } from './adapters/actionlint.js';
import { bandit } from './adapters/bandit.js';
import { checkov } from './adapters/checkov.js';
import { cyclonedx } from './adapters/cyclonedx.js';
import { detectSecrets } from './adapters/detect-secrets.js';
import { gitleaks } from './adapters/gitleaks.js';
import { gitleaksHistory } from './adapters/gitleaks-history.js';
import { gosec } from './adapters/gosec.js';
import { grype } from './adapters/grype.js';
import { hadolint } from './adapters/hadolint.js';
import { kingfisher } from './adapters/kingfisher.js';
import { osvScanner } from './adapters/osv-scanner.js';
import { retire } from './adapters/retire.js';
import { ruff } from './adapters/ruff.js';
import { semgrep } from './adapters/semgrep.js';
import { trivy } from './adapters/trivy.js';
import { zizmor } from './adapters/zizmor.js';

/** For each form of report that is a tool's own JSON, what reads it. */
export const ADAPTERS: Record<Exclude<ReportFormat, 'findings-jsonl' | 'sarif'>, Adapter> = {
  actionlint,
  bandit,
  checkov,
  cyclonedx,
  'detect-secrets': detectSecrets,
  gitleaks,
  'gitleaks-history': gitleaksHistory,
  gosec,
  grype,
  hadolint,
  kingfisher,
  'osv-scanner': osvScanner,
  retire,
  ruff,
  semgrep,
  trivy,
  zizmor,
};
