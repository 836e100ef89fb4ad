import * as z from 'zod';
import { componentSchema } from '../../core/findings/component.js';
import { commitId, ruleSchema } from '../../core/findings/finding.js';
import { SEVERITIES } from '../../core/lib/severity.js';
import { unreadReason } from '../../core/lib/unread.js';
import { addFinding, type Collected, nothing } from './collect.js';
import { linesOf } from './open.js';
import { type ReaderRequest, RefusedReport } from './protocol.js';

const MAX_LINE = 1 << 20;
const position = z.int().min(1);
const count = z.int().nonnegative();

const reportLine = z.discriminatedUnion('type', [
  ruleSchema.extend({ type: z.literal('rule') }),
  z.strictObject({
    type: z.literal('finding'),
    rule: z.string().min(1),
    path: z.string().min(1),
    startLine: position,
    startColumn: position.optional(),
    endLine: position.optional(),
    endColumn: position.optional(),
    message: z.string().min(1),
    commit: commitId.optional(),
    severity: z.enum([...SEVERITIES, 'none']).optional(),
  }),
  z.strictObject({ type: z.literal('unread'), path: z.string().min(1), reason: unreadReason, detail: z.string() }),
  componentSchema.extend({ type: z.literal('component') }),
  z.strictObject({ type: z.literal('end'), files: count, findings: count }),
]);

/** Reads the report of an embedded tool (src/workers/lib/protocol.ts). Without its `end` line it is truncated. */
export function readJsonl(fd: number, request: ReaderRequest): Collected {
  const into = nothing();
  let end: { findings: number } | undefined;
  let number = 0;
  for (const bytes of linesOf(fd, MAX_LINE)) {
    number += 1;
    if (end !== undefined) throw new RefusedReport('report-broken', `line ${number} follows the end`);
    const line = parse(bytes, number);
    if (line.type === 'end') end = line;
    else take(line, into, request);
  }
  if (end === undefined) throw new RefusedReport('report-truncated', 'the report has no end');
  if (end.findings !== into.findings.length) {
    throw new RefusedReport(
      'report-truncated',
      `the report claims ${end.findings} findings and holds ${into.findings.length}`,
    );
  }
  return into;
}

function parse(bytes: Buffer, number: number): z.infer<typeof reportLine> {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw Object.assign(new RefusedReport('report-broken', `line ${number} is not JSON`), { cause });
  }
  const line = reportLine.safeParse(value);
  if (line.success) return line.data;
  const where = line.error.issues[0]?.path.join('.') ?? '';
  throw new RefusedReport('report-broken', `line ${number} is not of the report's form (${where})`);
}

function take(
  line: Exclude<z.infer<typeof reportLine>, { type: 'end' }>,
  into: Collected,
  request: ReaderRequest,
): void {
  switch (line.type) {
    case 'rule': {
      const { type: _, ...rule } = line;
      into.rules.set(rule.id, rule);
      return;
    }
    case 'finding': {
      const { type: _, ...finding } = line;
      addFinding(into, finding, request);
      return;
    }
    case 'unread':
      into.unread.push({ path: line.path, reason: line.reason, detail: line.detail });
      return;
    case 'component': {
      const { type: _, ...component } = line;
      into.components.push(component);
      return;
    }
  }
}
