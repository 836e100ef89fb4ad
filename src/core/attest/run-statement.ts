import type { RunPredicate } from './schemas.js';
import { bundleSubject, RUN_PREDICATE, type Statement, statement } from './statement.js';

/** The statement about one run, bound to the evidence by the index. */
export const runStatement = (indexSha256: string, predicate: RunPredicate): Statement<RunPredicate> =>
  statement([bundleSubject(indexSha256)], RUN_PREDICATE, predicate);
