import { Refusal } from '../../core/lib/errors.js';

/** Never writes over what stands there. */
export const refuseWrite = (file: string) => (cause: NodeJS.ErrnoException) => {
  const message = cause.code === 'EEXIST' ? 'exists already' : `cannot be written (${cause.code})`;
  throw new Refusal('usage', [{ file, message }], { cause });
};
