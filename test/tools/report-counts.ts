import { z } from 'zod';
import type { ReportFormat } from '../../src/core/lib/report-format.js';

const list = z.array(z.unknown());
const counted = <T extends z.ZodType>(schema: T, count: (report: z.infer<T>) => number) => {
  return (report: unknown): number => count(schema.parse(report));
};
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

const leaks = counted(list, ({ length }) => length);
const checkov = z.looseObject({ results: z.looseObject({ failed_checks: list, skipped_checks: list }) });
const osvPackage = z.looseObject({ groups: list.default([]) });
const retireResult = z.looseObject({ vulnerabilities: list.default([]) });
const component = z.looseObject({ purl: z.string().optional() });
const ofRules = (code: string, others: readonly string[]) =>
  counted(
    z.array(z.looseObject({ [code]: z.string() })),
    (all) => all.filter((one) => !others.includes(String(one[code]))).length,
  );

/**
 * How many findings, or components, a tool's own report tells of, counted without the adapters: what one says of files
 * that it could not read is none.
 */
export const COUNTS: Partial<Record<ReportFormat, (report: unknown) => number>> = {
  actionlint: counted(
    z.array(z.looseObject({ message: z.string() })),
    (all) => all.filter(({ message }) => !message.startsWith('could not parse as YAML')).length,
  ),
  bandit: counted(z.looseObject({ results: list }), ({ results }) => results.length),
  checkov: counted(z.union([checkov.transform((one) => [one]), z.array(checkov)]), (all) =>
    sum(all.map(({ results }) => results.failed_checks.length + results.skipped_checks.length)),
  ),
  cyclonedx: counted(
    z.looseObject({ components: z.array(component).default([]) }),
    ({ components }) => components.filter(({ purl }) => purl !== undefined).length,
  ),
  'detect-secrets': counted(z.looseObject({ results: z.record(z.string(), list) }), ({ results }) =>
    sum(Object.values(results).map(({ length }) => length)),
  ),
  gitleaks: leaks,
  gosec: counted(z.looseObject({ Issues: list }), ({ Issues }) => Issues.length),
  grype: counted(z.looseObject({ matches: list }), ({ matches }) => matches.length),
  hadolint: ofRules('code', ['DL1000']),
  kingfisher: counted(z.looseObject({ findings: list }), ({ findings }) => findings.length),
  'osv-scanner': counted(
    z.looseObject({ results: z.array(z.looseObject({ packages: z.array(osvPackage) })) }),
    ({ results }) => sum(results.flatMap(({ packages }) => packages.map(({ groups }) => groups.length))),
  ),
  retire: counted(z.looseObject({ data: z.array(z.looseObject({ results: z.array(retireResult) })) }), ({ data }) =>
    sum(data.flatMap(({ results }) => results.map(({ vulnerabilities }) => vulnerabilities.length))),
  ),
  ruff: ofRules('code', ['invalid-syntax', 'E902']),
  semgrep: counted(z.looseObject({ results: list }), ({ results }) => results.length),
  trivy: counted(
    z.looseObject({ Results: z.array(z.looseObject({ Vulnerabilities: list.default([]) })).default([]) }),
    ({ Results }) => sum(Results.map(({ Vulnerabilities }) => Vulnerabilities.length)),
  ),
  zizmor: leaks,
};
