import { candidateAt, type Detector, type Entity, type Span } from './detector.js';

export interface Detection extends Span {
  rule: string;
  entity: Entity;
  message: string;
  /** Present when it is not the rule's own severity. */
  severity?: 'low';
}

/** The personal values in a text, by position, no two overlapping. Where detectors disagree the earlier one decides, also that a value is left out. */
export function detect(text: string, detectors: readonly Detector[]): Detection[] {
  const taken = new Uint8Array(text.length);
  const detections = detectors.flatMap((detector) =>
    detector.find(text).flatMap((span) => (claim(taken, span) ? (judge(text, detector, span) ?? []) : [])),
  );
  return detections.sort((a, b) => a.start - b.start);
}

function claim(taken: Uint8Array, { start, end }: Span): boolean {
  const place = taken.subarray(start, end);
  if (place.includes(1)) return false;
  place.fill(1);
  return true;
}

function judge(text: string, detector: Detector, span: Span): Detection | undefined {
  const candidate = candidateAt(text, span);
  if (detector.leftOut.some((known) => known.matches(candidate))) return undefined;
  const { id: rule, entity, message } = detector;
  const lowered = detector.lowered.some((known) => known.matches(candidate));
  return { ...span, rule, entity, message, ...(lowered ? { severity: 'low' } : {}) };
}
