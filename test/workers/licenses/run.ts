import type { FindingLine, Report, RuleLine, UnreadLine } from '../../../src/workers/lib/protocol.js';
import { asText } from '../../../src/workers/lib/run.js';
import { licensesTool } from '../../../src/workers/licenses/tool.js';

export interface Told {
  rules: Omit<RuleLine, 'type'>[];
  findings: Omit<FindingLine, 'type'>[];
  unread: Omit<UnreadLine, 'type'>[];
}

/** Runs the tool over texts in memory, by path. What a reader throws goes through, as in the worker. */
export async function tell(files: Record<string, string | Buffer>, config: unknown = {}): Promise<Told> {
  const told: Told = { rules: [], findings: [], unread: [] };
  const report: Report = {
    rule: (rule) => told.rules.push(rule),
    finding: (finding) => told.findings.push(finding),
    component: () => {},
    unread: (file) => told.unread.push(file),
  };
  const tool = licensesTool();
  await tool.start(report, { config, asset: (name) => name, files: [] });
  for (const [path, content] of Object.entries(files)) {
    const bytes = Buffer.from(content);
    tool.scanFile({ path, size: bytes.length, bytes: () => bytes, text: () => asText(bytes) }, report);
  }
  tool.finish?.(report);
  return told;
}

/** A package-lock.json of version 3; each package with its licence. */
export const npmLock = (licenses: Record<string, unknown>): string =>
  JSON.stringify(
    {
      lockfileVersion: 3,
      packages: Object.fromEntries(
        Object.entries(licenses).map(([name, license]) => [`node_modules/${name}`, { version: '1.0.0', license }]),
      ),
    },
    null,
    2,
  );

/** Rule and message of each finding of one file. */
export const said = ({ findings }: Told): string[] => findings.map(({ rule, message }) => `${rule}: ${message}`);
