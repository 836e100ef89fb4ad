const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
const json = (count) => (text) => count(JSON.parse(text));
const lengthOf = (name) => json((report) => report[name].length);

/** How many findings a tool's own report tells of, by the report's form, read without this program's adapters. */
export const COUNTS = {
  'findings-jsonl': (text) => text.split('\n').filter((line) => line.startsWith('{"type":"finding"')).length,
  actionlint: json((all) => all.length),
  bandit: lengthOf('results'),
  checkov: json((report) =>
    sum([report].flat().map(({ results }) => results.failed_checks.length + results.skipped_checks.length)),
  ),
  cyclonedx: () => 0,
  'detect-secrets': json(({ results }) => sum(Object.values(results).map(({ length }) => length))),
  gitleaks: json((all) => all.length),
  gosec: lengthOf('Issues'),
  grype: lengthOf('matches'),
  hadolint: json((all) => all.length),
  kingfisher: lengthOf('findings'),
  'osv-scanner': json(({ results }) =>
    sum(results.flatMap(({ packages }) => packages.map(({ groups }) => groups?.length ?? 0))),
  ),
  retire: json(({ data }) =>
    sum(data.flatMap(({ results }) => results.map(({ vulnerabilities }) => vulnerabilities?.length ?? 0))),
  ),
  ruff: json((all) => all.length),
  semgrep: lengthOf('results'),
  trivy: json(({ Results }) => sum((Results ?? []).map(({ Vulnerabilities }) => Vulnerabilities?.length ?? 0))),
  zizmor: json((all) => all.length),
};
