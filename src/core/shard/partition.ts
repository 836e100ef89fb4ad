import type { Step } from '../plan/plan.js';
import type { Handed, HandedFile } from '../runtime/input.js';

/**
 * Whether parts of a step's files may be judged apart. A report of the tool's own, which the bundle keeps, could not be put
 * together again byte for byte; and an installed tool says by its advisories or the history what it can judge at all.
 */
const isSplit = ({ judges, program, report, appliesTo }: Step): boolean =>
  judges === 'file' && program.from === 'worker' && report.format === 'findings-jsonl' && !appliesTo.history;

/**
 * Divides the work of a plan into parts of about the same cost: for each part, the steps that it has and the files that
 * each is given there. A function of plan and source alone, so that every machine divides alike.
 */
export function partition(steps: readonly Step[], handed: Handed, of: number): Handed[] {
  const parts = Array.from({ length: of }, () => new Map<string, HandedFile[]>());
  const partOf = placed(units(steps, handed), of);
  const give = (unit: string, step: Step, files: readonly HandedFile[]) => {
    const part = parts[partOf.get(unit) ?? 0];
    const own = part?.get(step.id);
    if (own === undefined) part?.set(step.id, [...files]);
    else own.push(...files);
  };
  for (const step of steps) {
    const files = handed.get(step.id) ?? [];
    if (isWhole(step, files)) give(ofStep(step.id), step, files);
    else for (const file of files) give(ofFile(file.path), step, [file]);
  }
  return parts;
}

/** What stays together: a step with all its files, or a file with all the steps that judge it by itself. */
interface Unit {
  name: string;
  /** CPU seconds for a MiB, times bytes. */
  weight: number;
}

const ofStep = (id: string): string => `step ${id}`;
const ofFile = (path: string): string => `file ${path}`;

/** A step without files is in one part, which says that it does not apply. */
const isWhole = (step: Step, files: readonly HandedFile[]): boolean => !isSplit(step) || files.length === 0;

function units(steps: readonly Step[], handed: Handed): Unit[] {
  const weights = new Map<string, number>();
  const add = (name: string, weight: number) => weights.set(name, (weights.get(name) ?? 0) + weight);
  for (const step of steps) {
    const files = handed.get(step.id) ?? [];
    const whole = isWhole(step, files);
    if (whole) add(ofStep(step.id), 0);
    // An empty file costs something too.
    for (const { path, size } of files) add(whole ? ofStep(step.id) : ofFile(path), step.cost * (size + 1));
  }
  return [...weights].map(([name, weight]) => ({ name, weight }));
}

/** The part of each unit, from 0: the heaviest first, each where least is (LPT; Graham 1969: at most 4/3 of the best). */
function placed(all: readonly Unit[], of: number): Map<string, number> {
  const loads = new Array<number>(of).fill(0);
  const sorted = [...all].sort((a, b) => b.weight - a.weight || (a.name < b.name ? -1 : 1));
  return new Map(
    sorted.map(({ name, weight }) => {
      const least = loads.indexOf(Math.min(...loads));
      loads[least] = (loads[least] ?? 0) + weight;
      return [name, least];
    }),
  );
}
