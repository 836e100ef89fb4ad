import { Refusal } from '../lib/errors.js';
import type { SourceRequest } from './snapshot.js';

/** The same repository at another ref, read from its objects. */
export function atRef(source: SourceRequest, ref: string): SourceRequest {
  if (source.kind === 'folder') return { ...source, kind: 'git', ref };
  if (source.kind === 'git') return { ...source, ref };
  const remedy = 'Scan a clone, or give a bundle.';
  throw new Refusal('usage', [{ message: 'an archive has no git refs', remedy }]);
}
