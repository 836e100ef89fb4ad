import { pythonName } from '../../core/lib/python-name.js';
import { fromOnlyFile } from './hashes.js';
import { type LocatedMap, listAt, textAt } from './located.js';
import { vcsSource } from './vcs.js';

/** `files` or `wheels`: tables with a `hash` of the form `sha256:<hex>`. */
export const fileHashes = (entry: LocatedMap, key: string): string[] =>
  listAt(entry, key).flatMap((file) => (file.value instanceof Map ? (textAt(file.value, 'hash') ?? []) : []));

export const onlyHash = (entry: LocatedMap, key: string): Record<string, string> =>
  fromOnlyFile(fileHashes(entry, key));

/** The name at the front of a requirement (PEP 508), normalised. */
export const requiredName = (requirement: string): string => pythonName(/^[\w.-]+/.exec(requirement)?.[0] ?? '');

/** Qualifiers of a package that is installed from a repository; none when it is not, or not from a full commit. */
export function vcsQualifiers(url: string | undefined, commit: string | undefined) {
  const source = url === undefined ? undefined : vcsSource(url, commit);
  return source ? { qualifiers: { vcs_url: source.url } } : {};
}
