/**
 * A file that a copy of history has in its last commit. A tool that walks the history from its beginning and finds this
 * file got to the end: Gitleaks says nothing and ends well when its git fails or its parser gives up half-way
 * (sources/git.go of Gitleaks 8.30.1; go-gitdiff 0.9.1, `Parse`).
 */
export const END_OF_HISTORY = {
  path: 'security-scan-end-of-history',
  text: 'security-scan-end-of-history: all commits before this one were read\n',
  /** The rule of the tool's own configuration that finds it. */
  rule: 'security-scan-end-of-history',
} as const;

/** The folder of a copy that shows what merges add by themselves: `<folder>/<id of the merge>/<path>`. */
export const MERGE_FOLDER = 'security-scan-merge';
const IN_MERGE = new RegExp(`^${MERGE_FOLDER}/([0-9a-f]{40}|[0-9a-f]{64})/(.+)$`, 's');

/** Where a place of the copy is in the history that it was made of. */
export function placeInHistory(path: string, commit: string): { path: string; commit: string } {
  const [, merge, own] = IN_MERGE.exec(path) ?? [];
  return merge === undefined || own === undefined ? { path, commit } : { path: own, commit: merge };
}
