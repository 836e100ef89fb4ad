import { digestOf } from './digest.js';

/** Who decided it or did it. `scanner` is this program by its own rules, `tool` a step. */
export type Actor = 'operator' | 'policy' | 'profile' | 'manifest' | 'source' | 'scanner' | 'tool';

/** One decision or deed. `path` is a rule's name where a rule was applied to many paths; `reason` then has their number. */
type Deed =
  | { kind: 'state'; what: string; from: string; to: string; reason: string }
  | { kind: 'admission'; tool: string; decision: 'in' | 'out'; reason: string }
  | {
      kind: 'capability';
      step: string;
      decision: 'granted' | 'denied';
      capabilities: Readonly<Record<string, number | string>>;
      reason: string;
    }
  | { kind: 'path'; path: string; decision: string; class: string; reason: string }
  | { kind: 'write'; path: string; decision: 'allowed' | 'refused'; class: string }
  | { kind: 'command'; step: string; argvDigest: string; exitCode: number | null; durationMs: number }
  | { kind: 'network'; host: string; status: string; callsLeft: number }
  | { kind: 'budget'; what: string; used: number; limit: number }
  | { kind: 'waiver'; waiver: string; decision: string; findings: number; reason: string }
  | { kind: 'cancel'; reason: string };

/** What happened, without its place in the chain. Values must hold no secret and no tool output. */
export type AuditEvent = Deed & { actor: Actor };

export const AUDIT_KINDS = [
  'state',
  'admission',
  'capability',
  'path',
  'write',
  'command',
  'network',
  'budget',
  'waiver',
  'cancel',
] as const satisfies readonly AuditEvent['kind'][];

/** One line of `audit.jsonl`. `hash` is the SHA-256 of the RFC 8785 form of all other fields. */
export type AuditEntry = AuditEvent & { seq: number; previous: string; run: string; time: string; hash: string };

/** The port through which every decision is recorded. */
export interface Audit {
  record(event: AuditEvent): void;
}

/** The hash before the first entry binds the chain to its run. */
export const genesis = (run: string): string => digestOf({ genesis: run });

/** Chains events and hands each finished entry to `write`. `head()` is the hash of the last entry. */
export function auditChain(run: string, clock: () => Date, write: (entry: AuditEntry) => void) {
  let previous = genesis(run);
  let seq = 0;
  return {
    record(event: AuditEvent): void {
      const body = { ...event, seq, previous, run, time: clock().toISOString() };
      const entry: AuditEntry = { ...body, hash: digestOf(body) };
      previous = entry.hash;
      seq += 1;
      write(entry);
    },
    head: (): string => previous,
    length: (): number => seq,
  } satisfies Audit & { head(): string; length(): number };
}
