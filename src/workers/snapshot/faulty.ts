/** Codes of errors that lie in the source. Others, such as ENOSPC, are ours: the snapshot has failed. */
const SOURCE_ERRORS: ReadonlySet<string> = new Set(
  'EACCES EPERM ENOENT ENOTDIR EISDIR ELOOP ENXIO ENODEV ENAMETOOLONG EINVAL EIO ESTALE ETXTBSY ECHANGED ECORRUPT'.split(
    ' ',
  ),
);

/** The code of an error that lies in the source; any other error is thrown on. Messages could quote the source. */
export function sourceError(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (typeof code === 'string' && SOURCE_ERRORS.has(code)) return code;
  throw error;
}

/** An error that lies in the source, in the form of a system error. */
export const faulty = (code: 'ECHANGED' | 'ECORRUPT', message: string, cause?: unknown): Error =>
  Object.assign(new Error(message, { cause }), { code });
