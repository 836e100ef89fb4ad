import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { FindingLine, Report, RuleLine } from '../../../src/workers/lib/protocol.js';
import { secrets } from '../../../src/workers/secrets/tool.js';
import { expand } from './examples.js';

const RULES = fileURLToPath(new URL('../../../rules/secrets', import.meta.url));

async function run(path: string, bytes: Buffer) {
  const rules: Omit<RuleLine, 'type'>[] = [];
  const findings: Omit<FindingLine, 'type'>[] = [];
  const report: Report = {
    rule: (rule) => rules.push(rule),
    finding: (finding) => findings.push(finding),
    unread: () => expect.fail('every file can be read'),
    component: () => expect.fail('a secret is no component'),
  };
  await secrets.start(report, { config: {}, asset: () => RULES, files: [] });
  secrets.scanFile({ path, size: bytes.length, bytes: () => bytes, text: () => undefined }, report);
  return { rules, findings };
}

describe('the secrets tool', () => {
  it('tells of each rule all that a report needs', async () => {
    const { rules } = await run('a', Buffer.alloc(0));
    expect(rules.length).toBeGreaterThan(100);
    for (const rule of rules) {
      expect(rule.cwe.length).toBeGreaterThan(0);
      expect(Math.min(rule.help.length, rule.shortDescription.length)).toBeGreaterThan(20);
    }
  });

  it('says the same of every secret of a rule, so that the message tells nothing of it', async () => {
    const text = Buffer.from(expand('a_token = "<alnum:30>"\nb_token = "<hex:40>"\n'));
    const { findings } = await run('\n\u202e.conf', text);
    expect(findings.length).toBe(2);
    expect(new Set(findings.map((finding) => finding.message)).size).toBe(1);
    expect(findings[0]).toMatchObject({
      path: '\n\u202e.conf',
      startLine: 1,
      startColumn: 12,
      endLine: 1,
      endColumn: 42,
    });
  });
});
