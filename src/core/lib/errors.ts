/** One reason for a refusal: what is wrong, where, and what to do about it. */
export interface Problem {
  /** The file it is in, as the operator named it; absent for command-line problems. */
  file?: string;
  /** One-based. */
  line?: number;
  column?: number;
  /** Path inside the document, such as `profiles[0].thresholds.hgih`. */
  path?: string;
  message: string;
  /** What to do. */
  remedy?: string;
}

export type RefusalCode =
  | 'usage'
  | 'manifest'
  | 'policy'
  | 'profile'
  | 'tool'
  | 'plan'
  | 'source'
  | 'sandbox'
  | 'bundle'
  | 'waivers';

/** Refused before anything ran: exit code 2. It carries every reason, not the first. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  constructor(
    readonly code: RefusalCode,
    readonly problems: readonly Problem[],
    options?: ErrorOptions,
  ) {
    super(problems.map(formatProblem).join('\n'), options);
  }
}

export type FaultCode =
  | 'snapshot'
  | 'runtime'
  | 'reader'
  | 'bundle'
  | 'history'
  | 'disk'
  | 'digest'
  | 'toolchain'
  | 'advisories';

/** Something that had to work did not: exit code 3, evidence incomplete. */
export class Fault extends Error {
  override readonly name = 'Fault';
  constructor(
    readonly code: FaultCode,
    message: string,
    readonly remedy?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export function formatProblem(p: Problem): string {
  const position = [p.file, p.line, p.column].filter((part) => part !== undefined).join(':');
  const where = [position, p.path].filter(Boolean).join(': ');
  return `${where ? `${where}: ` : ''}${p.message}${p.remedy ? `\n    ${p.remedy}` : ''}`;
}
