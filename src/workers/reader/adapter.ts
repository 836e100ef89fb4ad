import type { Spellings } from '../../core/advisories/names.js';
import type { Category } from '../../core/lib/category.js';
import type { ComponentLine, InputFile, RuleLine, UnreadLine } from '../lib/protocol.js';
import type { RawFinding } from './protocol.js';

/**
 * What an adapter tells of a report. Paths are those of the report; the reader maps them to the repository's, refuses one
 * that the step was not given, masks secrets in every text, sorts, and caps.
 */
export interface Sink {
  /** The files that the step was given; `name` is what the tool saw, relative to its source folder. */
  readonly files: readonly (InputFile & { name: string })[];
  /** Declares a rule; the same id again is ignored. Must come before its findings. */
  rule(rule: Omit<RuleLine, 'type'>): void;
  /** Never a secret or a digest of one in `message`. */
  finding(finding: RawFinding): void;
  unread(file: Omit<UnreadLine, 'type'>): void;
  component(component: Omit<ComponentLine, 'type'>): void;
  /** The tool says itself that it did not do its work: the report is refused. `message` quotes nothing of the tree. */
  failed(message: string): never;
  /** Text of a file that the step was given, by the name in the report; for adapters that must find a line. */
  text(name: string): string;
  /** Whether it is text: what stands in `text` for bytes that are none, a file may also hold itself. */
  isUtf8(name: string): boolean;
}

export interface ReportContext {
  tool: string;
  category: Category;
  /** The names under which the advisories that the step was given speak of packages, by ecosystem; of those with several spellings alone. */
  spellings: Spellings;
}

/**
 * Reads one tool's native report, as parsed JSON. It is tolerant of members it does not know and never of missing evidence:
 * it parses with a loose zod schema, and what does not hold throws.
 */
export type Adapter = (report: unknown, sink: Sink, context: ReportContext) => void;
