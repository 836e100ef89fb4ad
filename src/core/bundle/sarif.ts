import type { Finding, Rule } from '../findings/finding.js';
import type { FindingBatches } from '../findings/merge.js';
import type { FindingSeverity } from '../lib/severity.js';
import type { StepOutcome } from '../runtime/outcome.js';
import type { Exempt, Exemption } from '../verdict/exceptions.js';
import { waiverNote } from '../waivers/vex.js';

/** One tool's run as SARIF shows it. `findings` may be read more than once. */
export interface SarifRun {
  tool: { id: string; name: string; version: string; homepage?: string };
  profile: string;
  outcome: StepOutcome;
  rules: readonly Rule[];
  findings: () => FindingBatches;
  /** Present when a baseline is used: whether the baseline knows a finding. */
  isKnown?: (finding: Finding) => boolean;
  /** Which findings are suppressed, and by what. */
  exempt?: Exempt | undefined;
}

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

/** GitHub's bands of `security-severity` (docs: SARIF support for code scanning); the middle of each. */
const SCORES: Record<FindingSeverity, string | undefined> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '2.0',
  none: undefined,
};
const LEVELS = { critical: 'error', high: 'error', medium: 'warning', low: 'note', none: 'none' } as const;

/** What stands before the runs of a report, but for the line break before each, and what stands behind them. */
export const REPORT_START = `{"$schema":${JSON.stringify(SCHEMA)},"version":"2.1.0","runs":[`;
export const REPORT_END = '\n]}\n';

/** SARIF 2.1.0 as text pieces, one run per tool; never the whole document in memory. */
export const renderSarif = (runs: readonly SarifRun[]): AsyncGenerator<string> => joinRuns(runs.map(renderRun));

/** A report whose runs are text already. */
export async function* joinRuns<T>(runs: readonly AsyncIterable<T>[]): AsyncGenerator<T | string> {
  yield REPORT_START;
  for (const [i, run] of runs.entries()) {
    yield i === 0 ? '\n' : ',\n';
    yield* run;
  }
  yield REPORT_END;
}

/** One run as text pieces. */
export async function* renderRun(run: SarifRun): AsyncGenerator<string> {
  const head = {
    tool: {
      driver: {
        name: run.tool.name,
        version: run.tool.version,
        semanticVersion: /^\d+\.\d+\.\d+/.test(run.tool.version) ? run.tool.version : undefined,
        informationUri: run.tool.homepage,
        rules: run.rules.map(renderRule),
      },
    },
    // The part before the last slash is GitHub's category: one per tool and profile.
    automationDetails: { id: `scan/${run.tool.id}/${run.profile}/` },
    columnKind: 'utf16CodeUnits',
    invocations: [invocation(run.outcome)],
  };
  yield `${JSON.stringify(head).slice(0, -1)},"results":[`;
  const indexes = new Map(run.rules.map((rule, index) => [rule.id, index]));
  let separator = '\n';
  for await (const findings of run.findings()) {
    const results = findings.map((finding) => {
      const state = run.isKnown && (run.isKnown(finding) ? 'unchanged' : 'new');
      return JSON.stringify(renderResult(finding, indexes.get(finding.rule), state, suppressions(finding, run.exempt)));
    });
    if (results.length === 0) continue;
    yield separator + results.join(',\n');
    separator = ',\n';
  }
  yield '\n]}';
}

function renderRule(rule: Rule) {
  const tags = rule.kind === 'review' ? ['review'] : ['security'];
  return {
    id: rule.id,
    // A name that only repeats the id is refused by validators (SARIF1001).
    name: rule.name === rule.id ? undefined : rule.name,
    shortDescription: { text: rule.shortDescription },
    fullDescription: { text: rule.fullDescription },
    help: { text: rule.help },
    helpUri: rule.helpUri,
    defaultConfiguration: { level: LEVELS[rule.severity] },
    properties: {
      'security-severity': SCORES[rule.severity],
      tags: [...tags, ...rule.cwe.map((id) => `external/cwe/${id.toLowerCase()}`)].slice(0, 10),
    },
  };
}

/** A failed step is no empty result: SARIF 2.1.0, 3.20.14 and 3.20.21. */
function invocation(outcome: StepOutcome) {
  const executionSuccessful = !['error', 'cancelled'].includes(outcome.status);
  const failure = outcome.error?.message ?? outcome.reason;
  const notifications = [
    ...(executionSuccessful ? [] : [{ level: 'error', message: { text: failure ?? outcome.status } }]),
    ...outcome.unread.slice(0, 1000).map((entry) => ({
      level: 'warning',
      message: { text: `not judged: ${entry.reason}` },
      locations: [{ physicalLocation: { artifactLocation: { uri: toUri(entry.path) } } }],
    })),
  ];
  return { executionSuccessful, toolExecutionNotifications: notifications.length > 0 ? notifications : undefined };
}

function renderResult(
  finding: Finding,
  ruleIndex: number | undefined,
  baselineState: 'new' | 'unchanged' | undefined,
  suppressions: object[] | undefined,
) {
  return {
    ruleId: finding.rule,
    ruleIndex,
    kind: finding.kind,
    level: finding.kind === 'review' ? 'none' : LEVELS[finding.severity],
    message: { text: finding.message },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: toUri(finding.path) },
          region: {
            startLine: finding.startLine,
            startColumn: finding.startColumn,
            endLine: finding.endLine,
            endColumn: finding.endColumn,
          },
        },
      },
    ],
    partialFingerprints: { primaryLocationLineHash: finding.lineHash, 'securityScan/v1': finding.fingerprint },
    baselineState,
    suppressions,
    properties: { severity: finding.severity, cwe: finding.cwe, commit: finding.commit },
  };
}

/** Where exceptions count, every result of the run has this member: all or none (SARIF 2.1.0, 3.27.23). */
function suppressions(finding: Finding, exempt: Exempt | undefined): object[] | undefined {
  if (exempt === undefined) return undefined;
  const exemption = exempt(finding);
  return exemption === undefined ? [] : [suppression(exemption)];
}

/** SARIF 2.1.0, 3.35. */
const suppression = (exemption: Exemption) =>
  exemption.by === 'source'
    ? { kind: 'inSource', status: 'accepted' }
    : { kind: 'external', status: 'accepted', justification: waiverNote(exemption.waiver) };

/** Paths that are their own URI reference, as most are: asking takes far less than encoding. */
const AS_IT_IS = /^[A-Za-z0-9._~/-]*$/;

/** A repository path as a relative URI reference (RFC 3986): each segment percent-encoded. */
export const toUri = (path: string): string =>
  AS_IT_IS.test(path) ? path : path.split('/').map(encodeURIComponent).join('/');
