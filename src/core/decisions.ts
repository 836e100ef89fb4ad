import type { BaselineFacts } from './bundle/documents.js';
import type { Audit } from './lib/audit.js';
import { limitsOf } from './lib/capability.js';
import type { Sandbox } from './lib/sandbox/job.js';
import { type Plan, planDigest, type Step } from './plan/plan.js';
import { cancelReason, RunCeiling } from './runtime/cancel.js';
import type { StepOutcome } from './runtime/outcome.js';
import type { StepEvent } from './runtime/run.js';
import type { ScanRequest } from './scan-request.js';
import type { WaiversUsed } from './verdict/exceptions.js';

/** Records what was decided before the first process: the plan, who is in and out of it, and what each step may touch. */
export function recordAdmission(
  audit: Audit,
  plan: Plan,
  { level }: Pick<Sandbox, 'level'>,
  request: ScanRequest,
): void {
  const admitted = { kind: 'state', what: 'plan', from: 'requested', to: 'admitted', actor: 'policy' } as const;
  audit.record({ ...admitted, reason: `plan ${planDigest(plan)}, policy ${plan.policy.digest}` });
  for (const { tool, included, by, reason } of plan.decisions)
    audit.record({ kind: 'admission', tool, decision: included ? 'in' : 'out', reason, actor: by });
  for (const step of plan.steps) recordCapabilities(audit, step);
  const opened = { kind: 'state', what: 'sandbox', from: 'closed', to: level } as const;
  if (request.unsandboxed) audit.record({ ...opened, reason: '--unsandboxed', actor: 'operator' });
  else audit.record({ ...opened, reason: 'the strongest level that works here', actor: 'policy' });
  recordWishes(audit, request);
}

/** Records what the operator asks for besides the plan. */
export function recordWishes(audit: Audit, request: ScanRequest): void {
  if (request.exitZero)
    audit.record({
      kind: 'state',
      what: 'exit code',
      from: 'of the verdict',
      to: '0',
      reason: '--exit-zero',
      actor: 'operator',
    });
  for (const { keyid } of request.signKeys ?? [])
    audit.record({
      kind: 'state',
      what: 'statements',
      from: 'unsigned',
      to: 'to be signed',
      reason: keyid,
      actor: 'operator',
    });
}

function recordCapabilities(audit: Audit, { id, capabilities }: Step): void {
  const { net } = capabilities;
  const { memoryBytes, cpuSeconds, wallSeconds, pids, outputBytes, tmpBytes } = limitsOf(capabilities);
  const limits = { memoryBytes, cpuSeconds, wallSeconds, pids, outputBytes, tmpBytes };
  const files = { 'fs.read': 'the snapshot', 'fs.write': 'its output folder' };
  const granted =
    net === 'none' ? { ...files, ...limits } : { ...files, ...limits, net: net.hosts.join(' '), calls: net.maxCalls };
  const about = { kind: 'capability', step: id, actor: 'policy' } as const;
  audit.record({ ...about, decision: 'granted', capabilities: granted, reason: 'within the ceilings of the policy' });
  if (net === 'none')
    audit.record({ ...about, decision: 'denied', capabilities: { net: 'all hosts' }, reason: 'the plan grants none' });
}

/** Records when a run is cancelled, while the log is open. Returns what ends that. */
export function recordCancel(audit: Audit, signal: AbortSignal): () => void {
  const record = () =>
    audit.record({
      kind: 'cancel',
      reason: cancelReason(signal),
      actor: signal.reason instanceof RunCeiling ? 'policy' : 'operator',
    });
  if (signal.aborted) record();
  else signal.addEventListener('abort', record, { once: true });
  return () => signal.removeEventListener('abort', record);
}

/** Records start and end of steps. What a tool or an error says stays out of the log of decisions: the cause has a name. */
export function stepRecorder(audit: Audit): (event: StepEvent) => void {
  const running = new Set<string>();
  return (event) => {
    const what = `step ${event.step}`;
    if (event.state === 'running') {
      running.add(event.step);
      audit.record({
        kind: 'state',
        what,
        from: 'planned',
        to: 'running',
        actor: 'scanner',
        reason: 'admitted by the plan',
      });
    }
    if (event.state !== 'done') return;
    const from = running.has(event.step) ? 'running' : 'planned';
    audit.record({
      kind: 'state',
      what,
      from,
      to: event.outcome.status,
      actor: 'tool',
      reason: causeOf(event.outcome),
    });
  };
}

const causeOf = ({ status, error }: StepOutcome): string => error?.cause ?? status;

/** Records what became of each waiver. */
export function recordWaivers(audit: Audit, waivers: WaiversUsed | null): void {
  for (const { id, state, findings, expires } of waivers?.states ?? [])
    audit.record({
      kind: 'waiver',
      waiver: id,
      decision: state,
      findings,
      reason: `expires ${expires}`,
      actor: 'operator',
    });
}

/** More tell nobody anything; the evidence has each. */
const MOST_EDITS = 200;

/** Records what the edit rules of the policy say of paths that the source changed. */
export function recordEdits(audit: Audit, facts: BaselineFacts | null): void {
  const edits = facts?.edits ?? [];
  for (const { path, change, decision, rule } of edits.slice(0, MOST_EDITS))
    audit.record({ kind: 'path', path, decision: `edit ${decision}`, class: rule, reason: change, actor: 'policy' });
  const more = edits.length - MOST_EDITS;
  if (more > 0)
    audit.record({
      kind: 'path',
      path: '**',
      decision: 'edit',
      class: 'edit',
      reason: `${more} more paths`,
      actor: 'policy',
    });
}
