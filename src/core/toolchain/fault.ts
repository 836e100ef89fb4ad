import { Fault } from '../lib/errors.js';
import { printable } from '../lib/printable.js';
import { redact } from '../lib/redact.js';

/** Longest message of a program or registry that an error repeats, in UTF-16 units. */
const LONGEST = 600;

/** A tool could not be made as it has to be: nothing of it is kept. */
export const installFault = (message: string, remedy?: string, cause?: unknown): Fault =>
  new Fault('toolchain', message, remedy, { cause });

/** What a program said, fit for an error: addresses of registries may hold passwords. */
export const said = (text: string): string =>
  redact(text.trim())
    .split('\n')
    .slice(-6)
    .map((line) => printable(line.trim(), LONGEST / 2))
    .join(' / ')
    .slice(-LONGEST);
