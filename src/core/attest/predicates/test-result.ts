import type { Evidence } from '../../bundle/documents.js';
import type { Plan } from '../../plan/plan.js';
import type { StepOutcome } from '../../runtime/outcome.js';
import type { BudgetRow } from '../../verdict/judge.js';
import { type Statement, type StatementFacts, statement, subjects } from '../statement.js';

/** in-toto/attestation, spec/predicates/test-result.md. */
export const TEST_RESULT_PREDICATE = 'https://in-toto.io/attestation/test-result/v0.1';

interface Descriptor {
  name: string;
  digest: Record<string, string>;
}

type Mark = 'passed' | 'warned' | 'failed';

export interface TestResultPredicate {
  result: 'PASSED' | 'FAILED';
  configuration: Descriptor[];
  passedTests: string[];
  warnedTests: string[];
  failedTests: string[];
}

/**
 * The run as a test suite: each step, each budget, and whether the run is complete. Incomplete evidence has failed; the
 * type has no third answer, and a tool that did not run is never a warning.
 */
export function testResult({ evidence, indexSha256 }: StatementFacts): Statement<TestResultPredicate> {
  const tests = testsOf(evidence);
  const named = (mark: Mark) => tests.flatMap(([name, of]) => (of === mark ? [name] : []));
  return statement(subjects(evidence.snapshot, indexSha256), TEST_RESULT_PREDICATE, {
    result: evidence.verdict.verdict === 'pass' ? 'PASSED' : 'FAILED',
    configuration: configurationOf(evidence),
    passedTests: named('passed'),
    warnedTests: named('warned'),
    failedTests: named('failed'),
  });
}

function testsOf({ plan, outcomes, verdict, baseline }: Evidence): (readonly [string, Mark | undefined])[] {
  const complete = verdict.verdict !== 'error';
  const edits: Mark = verdict.reasons.some(({ kind }) => kind === 'edit') ? 'failed' : 'passed';
  return [
    ['complete', complete ? 'passed' : 'failed'],
    ...plan.steps.map(({ id }) => [`step:${id}`, markOf(outcomes.find(({ step }) => step === id))] as const),
    ...verdict.budgets.map((row) => [`budget:${nameOf(row)}`, budgetMark(row, complete)] as const),
    ...(baseline === null ? [] : [['edits', edits] as const]),
  ];
}

/** Findings are a warning here: whether there are too many the budgets say. */
function markOf(outcome: StepOutcome | undefined): Mark | undefined {
  switch (outcome?.status) {
    case 'clean':
      return 'passed';
    case 'findings':
      return 'warned';
    case 'not-applicable':
    case 'skipped':
      return undefined;
    case 'cancelled':
    case 'error':
    case undefined:
      return 'failed';
  }
}

const nameOf = ({ scope, name, severity }: BudgetRow): string =>
  scope === 'review' ? 'review' : scope === 'overall' ? `overall:${severity}` : `${scope}:${name}:${severity}`;

/** Counts of an incomplete run are no counts: a budget that is not exceeded there has not been kept either. */
function budgetMark({ limit, exceeded }: BudgetRow, complete: boolean): Mark | undefined {
  if (exceeded) return 'failed';
  return limit === null || !complete ? undefined : 'passed';
}

function configurationOf({ plan, baseline }: Evidence): Descriptor[] {
  const sha256 = (name: string, digest: string): Descriptor => ({ name, digest: { sha256: digest } });
  return [
    sha256('inputs/policy.json', plan.policy.digest),
    ...(plan.manifest ? [sha256('inputs/manifest.json', plan.manifest.digest)] : []),
    sha256('ruleset', plan.rulesetDigest),
    ...plan.steps.map(({ tool, version, digest }) => sha256(`${tool} ${version}`, digest)),
    ...packsOf(plan).map(([name, digest]) => sha256(name, digest)),
    ...(baseline?.commit ? [{ name: 'baseline', digest: { gitCommit: baseline.commit } }] : []),
  ];
}

/** Advisories and assets that steps were given, each once. */
const packsOf = ({ steps }: Plan): [string, string][] => [
  ...new Map(
    steps.flatMap(({ assets, advisories }) => [
      ...Object.entries(assets).map(([name, digest]) => [`assets ${name}`, digest] as const),
      ...(advisories?.packs ?? []).map(
        ({ name, digest }) => [`advisories ${advisories?.kind} ${name}`, digest] as const,
      ),
    ]),
  ),
];
