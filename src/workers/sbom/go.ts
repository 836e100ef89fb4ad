import { Listing } from './listing.js';
import { Malformed } from './located.js';

interface Module {
  path: string;
  version: string;
}

/** From this version on go.mod names every module of the build, also indirect ones (go.dev/ref/mod, graph pruning). */
const COMPLETE_SINCE = 17;
const BLOCK = /^(\w+)\s*\(\s*$/;
const DIRECTIVE = /^(\w+)\s+(.+)$/;
const KNOWN = ['module', 'go', 'toolchain', 'godebug', 'require', 'exclude', 'replace', 'retract', 'tool', 'ignore'];
const SUM_LINE = /^(\S+) (\S+?)(\/go\.mod)? h1:[A-Za-z0-9+/]{43}=$/;

/**
 * go.mod: what `require` names, after `replace`; a replacement by a folder is the project's own. Below go 1.17 the
 * list is incomplete, and go.sum beside it adds the rest. Throws `Malformed` without a `module` directive.
 */
export function readGoMod(text: string): Listing {
  const required: (Module & { line: number })[] = [];
  const replaced = new Map<string, Module | 'local'>();
  const listing = new Listing();
  listing.complete = false;
  let modules = 0;
  for (const { verb, rest, line } of directives(text)) {
    if (verb === 'module') modules += 1;
    if (verb === 'go') listing.complete = isComplete(rest);
    if (verb === 'require') required.push({ ...moduleOf(rest), line });
    if (verb === 'replace') addReplacement(rest, replaced);
  }
  if (modules !== 1) throw new Malformed('not a go.mod');
  for (const { path, version, line } of required) {
    const used = replaced.get(`${path}@${version}`) ?? replaced.get(path) ?? { path, version };
    if (used !== 'local') listing.add({ type: 'golang', name: used.path, version: used.version, line });
  }
  return listing;
}

/**
 * go.sum: modules whose content is recorded, not only their go.mod. It may hold versions that are no longer in use,
 * so it counts only where go.mod is incomplete. Its `h1:` is a hash over a file list, not of an artifact, so it is
 * no component hash.
 */
export function readGoSum(text: string): Listing {
  const listing = new Listing();
  text.split(/\r?\n/).forEach((raw, index) => {
    if (raw.trim() === '') return;
    const [, path, version, modOnly] = SUM_LINE.exec(raw) ?? [];
    if (path === undefined || version === undefined) throw new Malformed('not a go.sum');
    if (modOnly === undefined) listing.add({ type: 'golang', name: path, version, line: index + 1 });
  });
  return listing;
}

function directives(text: string): { verb: string; rest: string; line: number }[] {
  let block = '';
  return text.split(/\r?\n/).flatMap((raw, index) => {
    const line = index + 1;
    const code = raw.replace(/\/\/.*$/, '').trim();
    if (code === '') return [];
    if (block !== '') {
      if (code !== ')') return [{ verb: block, rest: code, line }];
      block = '';
      return [];
    }
    const opened = BLOCK.exec(code)?.[1];
    const [, verb, rest] = DIRECTIVE.exec(code) ?? [];
    if (!KNOWN.includes(opened ?? verb ?? '')) throw new Malformed('not a go.mod');
    if (opened !== undefined) block = opened;
    return opened === undefined && verb !== undefined && rest !== undefined ? [{ verb, rest, line }] : [];
  });
}

const unquoted = (word: string): string => word.replace(/^(["`])(.*)\1$/, '$2');

function moduleOf(text: string): Module {
  const [path, version, ...others] = text.split(/\s+/).map(unquoted);
  if (path === undefined || version === undefined || others.length > 0) throw new Malformed('not a go.mod');
  return { path, version };
}

/** `old [version] => new version`, or a path that starts with `.` or `/`. */
function addReplacement(text: string, replaced: Map<string, Module | 'local'>): void {
  const [from = '', to] = text.split('=>').map((part) => part.trim());
  if (to === undefined) throw new Malformed('not a go.mod');
  const [path = '', version] = from.split(/\s+/).map(unquoted);
  const key = version === undefined ? path : `${path}@${version}`;
  replaced.set(key, /^["`]?(?:\.{0,2}[\\/]|\.{1,2}$|[A-Za-z]:)/.test(to) ? 'local' : moduleOf(to));
}

function isComplete(version: string): boolean {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(major) > 1 || (Number(major) === 1 && Number(minor) >= COMPLETE_SINCE);
}
