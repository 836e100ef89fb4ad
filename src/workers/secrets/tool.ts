import type { EmbeddedTool, Report } from '../lib/protocol.js';
import { loadRules, type SecretRule } from './rules.js';
import { secretScanner } from './scan.js';

/** The folder of rule files beside the worker. */
const RULES = 'rules';

/** Looks for keys, tokens and passwords. No comment in a file switches it off. */
export const secrets: EmbeddedTool = secretsTool();

function secretsTool(): EmbeddedTool {
  let scan: ReturnType<typeof secretScanner> = () => [];
  const messages = new Map<string, string>();
  return {
    async start(report, { asset }) {
      const rules = loadRules(asset(RULES));
      for (const rule of rules) declare(rule, report);
      for (const rule of rules) messages.set(rule.id, messageOf(rule));
      scan = secretScanner(rules);
    },
    scanFile(file, report) {
      for (const { rule, start, end, severity, note } of scan(file.path, file.bytes())) {
        report.finding({
          rule,
          path: file.path,
          startLine: start.line,
          startColumn: start.column,
          endLine: end.line,
          endColumn: end.column,
          message: [messages.get(rule) ?? '', note ?? ''].join(' ').trim(),
          ...(severity === undefined ? {} : { severity }),
        });
      }
    },
  };
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** Made of the rule alone, so that it can quote nothing of the file. */
const messageOf = (rule: SecretRule): string =>
  `${sentence(rule.name)} is written in the source: whoever can read the repository can use it.`;

function declare(rule: SecretRule, report: Report): void {
  report.rule({
    id: rule.id,
    name: rule.id,
    severity: rule.severity,
    kind: 'fail',
    cwe: rule.cwe,
    shortDescription: `${sentence(rule.name)} in the source.`,
    fullDescription: messageOf(rule),
    help: rule.remedy,
  });
}
