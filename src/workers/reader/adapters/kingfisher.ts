import * as z from 'zod';
import type { Adapter, Sink } from '../adapter.js';
import { reportedName } from '../names.js';
import { leftOutByPath } from '../secrets/left-out.js';
import { secretRule } from '../secrets/rule.js';

const found = z.looseObject({
  rule: z.looseObject({ id: z.string().min(1), name: z.string().min(1), description: z.string().min(1) }),
  finding: z.looseObject({
    path: z.string().min(1),
    line: z.int().min(1),
    confidence: z.enum(['high', 'medium', 'low']),
  }),
});
type Found = z.infer<typeof found>;

/** The report of `kingfisher scan --format json`, Kingfisher 2. */
const schema = z.looseObject({
  findings: z.array(found),
  metadata: z.looseObject({
    summary: z.looseObject({ findings: z.int(), rules_applied: z.int().min(1, 'no rule was applied') }),
  }),
  audit: z.looseObject({
    summary: z.looseObject({ scan_succeeded: z.int(), scan_partial: z.int(), scan_failed: z.int(), pending: z.int() }),
  }),
});

/**
 * Reads the report of Kingfisher. Columns are left out: they count bytes from zero, and in an archive or a decoded text
 * they are none of the file. What Kingfisher leaves out without a word is told from the file's path.
 */
export const kingfisher: Adapter = (report, sink) => {
  const { findings, metadata, audit } = schema.parse(report);
  const { scan_succeeded: whole, scan_partial: partial, scan_failed: failed, pending } = audit.summary;
  if (whole < 1 || partial + failed + pending > 0) sink.failed('Kingfisher says that it did not scan to its end');
  if (metadata.summary.findings !== findings.length) sink.failed('Kingfisher counts other findings than it lists');
  const names = new Set(sink.files.map(({ name }) => name));
  for (const one of findings) tell(one, names, sink);
  for (const { name: path } of sink.files) {
    if (!leftOutByPath(path)) continue;
    sink.unread({ path, reason: 'unsupported', detail: 'Kingfisher leaves out such a file (told by its path)' });
  }
};

function tell({ rule, finding }: Found, names: ReadonlySet<string>, sink: Sink): void {
  const { path, member } = placeOf(reportedName(finding.path), names);
  sink.rule(secretRule(rule.id, rule.description, 'https://github.com/mongodb/kingfisher#readme'));
  sink.finding({
    rule: rule.id,
    path,
    startLine: member ? 1 : finding.line,
    // The rule alone: `snippet`, `fingerprint` and `entropy` quote or derive from what was found.
    message: `${rule.description.replace(/\.$/, '')} (rule ${rule.id})${member ? ', in a member of this archive' : ''}.`,
    ...(finding.confidence === 'high' ? {} : { severity: 'medium' as const }),
  });
}

/** A member of an archive is told as `archive!member`; names of files may hold that mark too. */
function placeOf(reported: string, names: ReadonlySet<string>): { path: string; member: boolean } {
  if (names.has(reported)) return { path: reported, member: false };
  for (let mark = reported.indexOf('!'); mark >= 0; mark = reported.indexOf('!', mark + 1)) {
    const path = reported.slice(0, mark);
    if (names.has(path)) return { path, member: true };
  }
  return { path: reported, member: false };
}
