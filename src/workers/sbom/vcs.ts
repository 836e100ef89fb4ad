const COMMIT = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;
const SCP_LIKE = /^([\w.-]+@[\w.-]+):(?!\/)(.+)$/;
const FORGES: ReadonlyMap<string, string> = new Map([
  ['github', 'https://github.com/'],
  ['gitlab', 'https://gitlab.com/'],
  ['bitbucket', 'https://bitbucket.org/'],
]);
const FORGE = /^(github|gitlab|bitbucket):([\w.-]+\/[\w.-]+)$/;
const GIT_LOCATION = /^(?:git[+:@]|ssh:|github:|gitlab:|bitbucket:)|\.git(?:[#?@]|$)/;

export interface VcsSource {
  /** `git+https://host/path@commit`, as purl's `vcs_url` qualifier has it (SPDX 2.3, 7.7). */
  url: string;
  commit: string;
}

/** True for what npm, yarn and pip read as a git repository rather than as an archive. */
export const isGitLocation = (location: string): boolean => GIT_LOCATION.test(location);

/**
 * A git location and the commit it is locked to, which may be given apart or as the fragment. Credentials and query
 * are dropped: they can be secrets. `undefined` when there is no full commit id or the location is no URL.
 */
export function vcsSource(location: string, commit?: string): VcsSource | undefined {
  const hash = location.indexOf('#');
  const base = hash < 0 ? location : location.slice(0, hash);
  const revision = commit ?? /(?:^|[&=:])([0-9a-f]{40,64})$/.exec(location.slice(base.length + 1))?.[1];
  const url = withoutSecrets(base);
  if (revision === undefined || !COMMIT.test(revision) || url === undefined) return undefined;
  return { url: `${url}@${revision}`, commit: revision };
}

function withoutSecrets(location: string): string | undefined {
  const forge = FORGE.exec(location);
  const scp = SCP_LIKE.exec(location);
  const full = forge ? `${FORGES.get(forge[1] ?? '')}${forge[2]}` : scp ? `ssh://${scp[1]}/${scp[2]}` : location;
  const bare = full.replace(/^git\+/, '');
  if (!URL.canParse(bare)) return undefined;
  const { protocol, username, host, pathname } = new URL(bare);
  // `git@` is what ssh hosts want from everyone; any other user name may be a token.
  const user = username === 'git' ? 'git@' : '';
  return host === '' ? undefined : `git+${protocol}//${user}${host}${pathname}`;
}
