import { countOf } from '../core/lib/count.js';
import { printable } from '../core/lib/printable.js';
import type { ScanEvent } from '../core/run.js';
import type { StepOutcome } from '../core/runtime/outcome.js';
import type { Paint } from './style.js';

/** Watches a scan. `stop` leaves the terminal as it should be. */
export interface Progress {
  onEvent(event: ScanEvent): void;
  stop(): void;
}

export const silent: Progress = { onEvent: () => {}, stop: () => {} };

/** One line for what happened; `undefined` for events that need none. */
function plainLine(event: ScanEvent): string | undefined {
  switch (event.type) {
    case 'remains':
      return event.remains
        .map(
          ({ runId, folder }) =>
            `an earlier run (${runId}) did not finish; its remains are in ${printable(folder, 300)}`,
        )
        .join('\n');
    case 'sandbox':
      return sandboxLine(event.level);
    case 'snapshot':
      return event.state === 'done'
        ? `snapshot: ${countOf(event.files ?? 0, 'file')}, ${countOf(event.bytes ?? 0, 'byte')}${event.unread ? `, ${event.unread} unread` : ''}`
        : undefined;
    case 'step':
      return event.state === 'done' ? `${event.step}: ${outcomeWords(event.outcome)}` : undefined;
    case 'verdict':
      return undefined;
  }
}

function sandboxLine(level: string): string | undefined {
  if (level === 'none') return 'sandbox: NONE, steps run with your rights (--unsandboxed)';
  if (level !== 'namespaces') return `sandbox: ${level}`;
  return 'sandbox: namespaces; installing bubblewrap adds a system-call filter';
}

function outcomeWords({ status, findings, error, reason, unread }: StepOutcome): string {
  const rest = unread.length > 0 ? `, ${countOf(unread.length, 'file')} not judged` : '';
  if (status === 'findings') return `${countOf(findings, 'finding')}${rest}`;
  if (status === 'error') return `error: ${error?.message ?? 'failed'}`;
  return `${status}${reason ? ` (${reason})` : ''}${rest}`;
}

/** Plain lines, for logs and pipes. */
export const plainProgress = (stream: NodeJS.WriteStream): Progress => ({
  onEvent(event) {
    const line = plainLine(event);
    if (line) stream.write(`${line}\n`);
  },
  stop: () => {},
});

const REDRAW_MS = 200;

/** A line for each step that is redrawn in place: state, time since it began, findings. */
export function liveProgress(stream: NodeJS.WriteStream, paint: Paint, now: () => number): Progress {
  const steps = new Map<string, { state: string; since: number; ended?: number; words?: string }>();
  let drawn = 0;
  const line = (id: string) => {
    const step = steps.get(id);
    if (step === undefined) return '';
    const seconds = step.state === 'queued' ? '' : `${(((step.ended ?? now()) - step.since) / 1000).toFixed(1)}s`;
    return `  ${id.padEnd(18)} ${paint(step.state === 'done' ? 'green' : 'dim', (step.words ?? step.state).slice(0, 60))} ${paint('dim', seconds)}`;
  };
  const draw = () => {
    const lines = [...steps.keys()].map(line);
    stream.write(`${drawn > 0 ? `\u001b[${drawn}A` : ''}${lines.map((text) => `\u001b[2K${text}\n`).join('')}`);
    drawn = lines.length;
  };
  const timer = setInterval(() => drawn > 0 && draw(), REDRAW_MS);
  timer.unref();
  return {
    onEvent(event) {
      if (event.type !== 'step') {
        const text = plainLine(event);
        if (text && drawn === 0) stream.write(`${text}\n`);
        return;
      }
      const before = steps.get(event.step) ?? { state: 'queued', since: now() };
      const since = event.state === 'running' ? now() : before.since;
      const done = event.state === 'done' ? { ended: now(), words: outcomeWords(event.outcome) } : {};
      steps.set(event.step, { state: event.state, since, ...done });
      draw();
    },
    stop: () => clearInterval(timer),
  };
}
