import { decodeText } from './decode.js';
import { detect } from './detect.js';
import type { Detector } from './detector.js';
import { type FixtureDocument, type Label, type Pack, PackError } from './pack.js';
import { positionsIn } from './positions.js';

/**
 * Proves the detectors on documents with known answers: each labelled value must be found with exactly its region,
 * nothing in the clean documents, and each detector must have a label. Throws a `PackError` that names the failures.
 */
export function selfCheck(pack: Pack, detectors: readonly Detector[]): void {
  const found = new Set(pack.raw.flatMap((document) => keysIn(document, detectors)));
  const missed = pack.labels.filter((label) => !found.has(keyOf(label)));
  const failures = [
    ...detectors.filter(({ entity }) => !pack.labels.some((label) => label.entity === entity)).map(unproven),
    ...missed.map(({ id, file }) => `label ${id} in raw/${file} was missed`),
    ...pack.clean.flatMap((document) => falseAlarms(document, detectors)),
  ];
  if (failures.length > 0) throw new PackError(`privacy self-check failed: ${list(failures)}`);
}

const keyOf = ({ file, entity, line, start, end }: Omit<Label, 'id'>) => [file, entity, line, start, end].join(':');
const unproven = ({ entity }: Detector) => `no label of entity ${entity}`;

const SHOWN = 20;
function list(failures: readonly string[]): string {
  const more = failures.length > SHOWN ? [`and ${failures.length - SHOWN} more`] : [];
  return [...failures.slice(0, SHOWN), ...more].join('; ');
}

function keysIn(document: FixtureDocument, detectors: readonly Detector[]): string[] {
  return locate(document, detectors).map(({ entity, start, end }) =>
    keyOf({ file: document.name, entity, line: start.line, start: start.column, end: end.column }),
  );
}

function falseAlarms(document: FixtureDocument, detectors: readonly Detector[]): string[] {
  return locate(document, detectors).map(
    ({ entity, start }) => `clean/${document.name} line ${start.line} gave a finding of entity ${entity}`,
  );
}

function locate({ bytes, name }: FixtureDocument, detectors: readonly Detector[]) {
  const text = decodeText(bytes);
  if (text === undefined) throw new PackError(`privacy pack: ${name} is not text`);
  const positionAt = positionsIn(text);
  return detect(text, detectors).map(({ entity, start, end }) => ({
    entity,
    start: positionAt(start),
    end: positionAt(end),
  }));
}
