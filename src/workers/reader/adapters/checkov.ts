import * as z from 'zod';
import type { FindingSeverity } from '../../../core/lib/severity.js';
import type { Adapter, Sink } from '../adapter.js';

const record = z.looseObject({
  check_id: z.string().regex(/^CKV[A-Z0-9]*_[A-Z0-9]+(?:_[A-Z0-9]+)*$/),
  check_name: z.string().min(1),
  file_abs_path: z.string().min(1),
  /** First and last line; 0 where Checkov does not know it. */
  file_line_range: z.tuple([z.int(), z.int()]),
  resource: z.string(),
});
type CheckRecord = z.infer<typeof record>;

const framework = z
  .looseObject({
    check_type: z.string().min(1),
    results: z.looseObject({
      passed_checks: z.array(z.looseObject({ file_abs_path: z.string().min(1) })),
      failed_checks: z.array(record),
      skipped_checks: z.array(record),
      parsing_errors: z.array(z.string().min(1)),
    }),
    summary: z.looseObject({ passed: z.int(), failed: z.int(), skipped: z.int(), parsing_errors: z.int() }),
  })
  .refine(
    ({ results, summary }) =>
      summary.passed === results.passed_checks.length &&
      summary.failed === results.failed_checks.length &&
      summary.skipped === results.skipped_checks.length &&
      summary.parsing_errors === results.parsing_errors.length,
    'the counts of the report are not those of its lists',
  );
type Framework = z.infer<typeof framework>;

const nothing = z
  .looseObject({ passed: z.literal(0), failed: z.literal(0), skipped: z.literal(0), parsing_errors: z.literal(0) })
  .transform((): Framework[] => []);

/** The report of `--output json`, Checkov 3: a list of frameworks, or one, or only a summary where none has a result. */
const schema = z.union([z.array(framework).min(1), framework.transform((one) => [one]), nothing]);

interface Grade {
  severity: FindingSeverity;
  cwe: string[];
}

/**
 * Checkov states no severity without an account of its vendor's platform. A misconfiguration is medium, as its harm depends on
 * what is deployed; what opens a resource to everybody, gives away full control or holds a credential is high, and what is
 * about upkeep is low. The first line that fits the name of the check counts; only a plain weakness has a CWE.
 */
const GRADES: readonly [RegExp, FindingSeverity, ...string[]][] = [
  [/hard.?coded/i, 'high', 'CWE-798'],
  [/shell injection/i, 'high', 'CWE-78'],
  [/ACTIONS_ALLOW_UNSECURE_COMMANDS/, 'high', 'CWE-77'],
  [
    /\bnot be privileged\b|full "\*-\*" administrative|docker daemon socket|allow "\*" as a statement's action/i,
    'high',
    'CWE-250',
  ],
  // A web server has to be reached at port 80; management and database ports have not.
  [
    /\b(?:ingress|inbound|access)\b.*0\.0\.0\.0(?!.*\bport 80\b)|(?:RDP|SSH) access is restricted from the internet/i,
    'high',
  ],
  [/\bto everyone\b|\bpublicly accessible\b|unrestricted (?:ssh|rdp) access/i, 'high'],
  [/certificate validation isn't disabled/i, 'medium', 'CWE-295'],
  [
    /HEALTHCHECK|\b(?:liveness|readiness) probe|\b(?:CPU|memory) (?:limits|requests)|\bversion tag\b|image (?:tag|pull policy)|use digest/i,
    'low',
  ],
];

function gradeOf(name: string): Grade {
  const [, severity, ...cwe] = GRADES.find(([pattern]) => pattern.test(name)) ?? [/./, 'medium' as const];
  return { severity, cwe };
}

/**
 * Reads the report of Checkov. A check that a comment or an annotation of the tree skips was not made: it is a finding.
 * Checkov passes over some files that it cannot parse without a word; those that must have a result are looked up here.
 */
export const checkov: Adapter = (report, sink) => {
  const frameworks = schema.parse(report);
  const failed = frameworks.flatMap(({ results }) => results.failed_checks);
  const skipped = frameworks.flatMap(({ results }) => results.skipped_checks);
  declareRules([...failed, ...skipped], sink);
  for (const found of failed) sink.finding(toFinding(found, ''));
  for (const found of skipped) {
    const finding = toFinding(found, '; not checked, because the tree asks for it to be skipped');
    sink.finding({ ...finding, suppressed: true });
  }
  for (const [path, detail] of unreadFiles(frameworks, sink)) sink.unread({ path, reason: 'unparsable', detail });
};

/** Frameworks name the same check differently, and come in the order of folders on disk: the first name in code units is taken. */
function declareRules(found: readonly CheckRecord[], sink: Sink): void {
  const names = new Map<string, string>();
  for (const { check_id, check_name } of found) {
    const known = names.get(check_id);
    if (known === undefined || check_name < known) names.set(check_id, check_name);
  }
  for (const [id, name] of names) {
    sink.rule({
      id,
      name: id,
      ...gradeOf(name),
      kind: 'fail',
      shortDescription: name,
      fullDescription: name,
      help: `Change the resource so that this holds: ${name}. The checks are listed at ${POLICIES}`,
      helpUri: POLICIES,
    });
  }
}

const POLICIES = 'https://www.checkov.io/5.Policy%20Index/all.html';

function toFinding({ check_id, check_name, file_abs_path, file_line_range, resource }: CheckRecord, remark: string) {
  const startLine = Math.max(file_line_range[0], 1);
  return {
    rule: check_id,
    path: nameOf(file_abs_path),
    startLine,
    endLine: Math.max(file_line_range[1], startLine),
    message: `${check_name} (${resource})${remark}`,
    severity: gradeOf(check_name).severity,
  };
}

const nameOf = (path: string): string => path.replace(/^\/src\/view\//, '');

function unreadFiles(frameworks: readonly Framework[], sink: Sink): Map<string, string> {
  const unread = new Map<string, string>();
  for (const { check_type, results } of frameworks) {
    for (const name of results.parsing_errors.map(nameOf)) {
      if (check_type !== 'terraform_plan' || looksLikePlan(sink.text(name)))
        unread.set(name, 'Checkov could not parse this file');
    }
  }
  const seen = new Set(frameworks.flatMap(({ results }) => recordsOf(results).map(nameOf)));
  for (const { name } of sink.files) {
    if (seen.has(name) || unread.has(name) || !mustHaveResult(name, sink)) continue;
    unread.set(name, 'Checkov has no result for this file, so it did not parse it');
  }
  return unread;
}

const recordsOf = (results: Framework['results']): string[] =>
  [results.passed_checks, results.failed_checks, results.skipped_checks].flat().map((each) => each.file_abs_path);

/** The framework for plans reports every JSON that has comments or is broken, and Checkov reads JSON of other frameworks in the same way. */
const looksLikePlan = (text: string): boolean =>
  /"(?:terraform_version|planned_values|AWSTemplateFormatVersion|apiVersion|openapi|swagger)"|deploymentTemplate\.json/.test(
    text,
  );

const WORKLOAD =
  /^["']?kind["']?[ \t]*:[ \t]*["']?(?:Pod|Deployment|DaemonSet|StatefulSet|ReplicaSet|ReplicationController|Job|CronJob)\b/m;

/** Files for which Checkov always has results when it could parse them. */
function mustHaveResult(name: string, sink: Sink): boolean {
  // What Checkov takes for one, but for the patterns of what stays out of a build.
  if (/(?:^|\/)(?:[^/]+\.)?[Dd]ockerfile(?:\.[^/]+)?$/.test(name)) {
    return !name.endsWith('.dockerignore') && sink.text(name).trim() !== '';
  }
  if (!/\.ya?ml$/.test(name)) return false;
  const text = sink.text(name);
  return WORKLOAD.test(text) && /^["']?apiVersion["']?[ \t]*:/m.test(text);
}
