import { Refusal } from '../lib/errors.js';
import { printable } from '../lib/printable.js';
import type { SourceRequest } from './snapshot.js';

const ARCHIVES = [
  { suffix: /\.(?:tar\.gz|tgz|tar)$/i, format: 'tar' },
  { suffix: /\.zip$/i, format: 'zip' },
] as const;

/** `scheme:…`, and git's own `transport::address`. */
const URL_LIKE = /^[A-Za-z][A-Za-z0-9+.-]*:(?:\/\/|:)/;
/** The scp form of an ssh address, `user@host:path` (git-clone(1), GIT URLS). */
const SCP = /^([A-Za-z0-9_][A-Za-z0-9_.-]*)@([A-Za-z0-9][A-Za-z0-9.-]*):(?!\/\/)([^-].*)$/;
/** Names and hashes with `~n` and `^n`; no `:` (paths, searches), `@{…}` (time), `..` (ranges) or leading dash (options). */
const REF = /^(?!-)(?!.*\.\.)[\w.+@/-]+(?:[~^]\d*)*$/;

/**
 * What to scan, from the command line: a folder (default `.`), `folder#ref` for a commit of a local clone, an https or
 * ssh git URL with an optional `#ref`, a `.tar`, `.tar.gz`, `.tgz` or `.zip` archive, or `-` for a tar on standard
 * input. Touches nothing. Throws `Refusal` code `source`.
 */
export function parseSource(arg: string): SourceRequest {
  if (arg === '-') return { kind: 'stdin' };
  if (arg === '') return { kind: 'folder', path: '.' };
  if (arg.startsWith('-'))
    throw refusal(arg, 'a source cannot start with a dash', `For a folder of that name: ./${arg}`);
  if (/[\0-\x1f\x7f]/.test(arg)) throw refusal(arg, 'a source cannot hold control characters', 'Rename the folder.');
  const [place, ref] = splitRef(arg);
  if (URL_LIKE.test(place)) return { kind: 'git', url: remoteUrl(place, arg), ref: ref ?? 'HEAD' };
  const scp = SCP.exec(place);
  if (scp !== null) return { kind: 'git', url: `ssh://${scp[1]}@${scp[2]}/${scp[3]}`, ref: ref ?? 'HEAD' };
  if (ref !== undefined) return { kind: 'git', path: place, ref };
  const archive = ARCHIVES.find(({ suffix }) => suffix.test(arg));
  return archive === undefined ? { kind: 'folder', path: arg } : { kind: 'archive', path: arg, format: archive.format };
}

function splitRef(arg: string): [place: string, ref?: string] {
  const hash = arg.lastIndexOf('#');
  if (hash <= 0) return [arg];
  const ref = arg.slice(hash + 1);
  return [arg.slice(0, hash), checkRef(ref, arg)];
}

/** A ref or commit that git may be asked for. Throws `Refusal` for anything with another meaning to git. */
export function checkRef(ref: string, source: string): string {
  if (REF.test(ref) && ref.length <= 250) return ref;
  throw refusal(source, `${JSON.stringify(printable(ref, 80))} is not a ref`, 'Name a branch, a tag or a commit.');
}

/** The operator's word that a `.git` may point outside the source. */
export function withGitDir(source: SourceRequest, allowGitDir: boolean): SourceRequest {
  return source.kind === 'folder' || (source.kind === 'git' && source.path !== undefined)
    ? { ...source, allowGitDir }
    : source;
}

/** https and ssh alone: `ext::` runs commands, `file://` and `git://` prove nothing about where the data comes from. */
function remoteUrl(text: string, arg: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'ssh:')) {
    throw refusal(
      withoutSecrets(arg),
      'only https and ssh addresses are read',
      'Clone it yourself and scan the folder.',
    );
  }
  if (url.password !== '' || (url.protocol === 'https:' && url.username !== '')) {
    throw refusal(
      withoutSecrets(arg),
      'a URL must not hold credentials',
      'Use an ssh address, or clone it and scan the folder.',
    );
  }
  if (!/^[A-Za-z0-9[]/.test(url.hostname) || url.username.startsWith('-')) {
    throw refusal(arg, 'no host is named', 'Give an address such as https://example.org/repository.git');
  }
  return url.href;
}

const withoutSecrets = (text: string): string => text.replace(/\/\/[^/@]*@/, '//…@');

const refusal = (source: string, message: string, remedy: string): Refusal =>
  new Refusal('source', [{ file: printable(source, 200), message, remedy }]);
