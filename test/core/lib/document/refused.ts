import { expect } from 'vitest';
import { z } from 'zod';
import { readDocument } from '../../../../src/core/lib/document/read.js';
import { type Problem, Refusal } from '../../../../src/core/lib/errors.js';

/** The problems of a call that must refuse. Anything thrown that is not a `Refusal` fails the test. */
export function problemsFrom(call: () => unknown): readonly Problem[] {
  try {
    call();
  } catch (error) {
    if (error instanceof Refusal) return error.problems;
    throw error;
  }
  return expect.fail('was not refused');
}

/** Reads a document that may be anything. */
export const readAny = (input: string | Uint8Array, format: 'json' | 'yaml'): unknown =>
  readDocument(input, { file: `document.${format}`, code: 'manifest', schema: z.unknown(), format });

export const accepts = (input: string | Uint8Array, format: 'json' | 'yaml'): boolean => {
  try {
    readAny(input, format);
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
};
