import { expect } from 'vitest';
import { Refusal } from '../../../../src/core/lib/errors.js';

/** What a refusal says, its remedies too. */
export async function refusal(run: () => unknown): Promise<string> {
  const error = await Promise.resolve()
    .then(run)
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Refusal);
  return error instanceof Refusal ? error.message : '';
}
