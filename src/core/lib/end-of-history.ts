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
