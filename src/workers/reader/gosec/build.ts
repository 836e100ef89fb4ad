/**
 * Which Go files are part of a build for linux/amd64 without cgo, as go/build decides it (pkg.go.dev/go/build, "Build
 * Constraints"; cmd/go `help buildconstraint`): gosec reads those alone and does not say which it left out.
 */

/** Why gosec does not read a Go file, or undefined. `name` is relative to the source folder. */
export function leftOut(name: string, text: string): string | undefined {
  const at = name.lastIndexOf('/');
  const base = name.slice(at + 1);
  // gosec's own exclusion, which no option takes back: these letters anywhere in the path of the folder.
  if (name.slice(0, Math.max(at, 0)).includes('vendor')) return 'gosec leaves out folders with `vendor` in their path';
  if (/^[_.]/.test(base)) return 'Go leaves out files whose name starts with `_` or `.`';
  if (!nameFits(base)) return 'its name is for another system than linux/amd64';
  if (!constraintsHold(text)) return 'its build constraint does not hold for linux/amd64';
  return IMPORTS_C.test(text) ? 'it needs cgo, which would run a C compiler' : undefined;
}

const IMPORTS_C =
  /^[ \t]*(?:import[ \t]+(?:\([ \t]*)?)?(?:[A-Za-z_]\w*[ \t]+)?"C"[ \t]*\)?[ \t]*;?[ \t]*(?:\/[/*].*)?$/m;

/** Names that a file's name may end with (internal/syslist of Go 1.26); `unix` counts in constraints alone. */
const SYSTEMS =
  'aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris wasip1 windows zos';
const MACHINES =
  '386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le ppc ppc64 ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm';
const [systems, machines] = [new Set(SYSTEMS.split(' ')), new Set(MACHINES.split(' '))];

/** `name_$(GOOS).go`, `name_$(GOARCH).go`, `name_$(GOOS)_$(GOARCH).go`; what stands before the first `_` never counts. */
function nameFits(base: string): boolean {
  const stem = base.split('.')[0] ?? '';
  const parts = stem.split('_').slice(1);
  if (parts.at(-1) === 'test') parts.pop();
  const [last = '', before = ''] = [...parts].reverse();
  if (machines.has(last)) return last === 'amd64' && (!systems.has(before) || before === 'linux');
  return !systems.has(last) || last === 'linux';
}

function constraintsHold(text: string): boolean {
  const header = headerOf(text);
  const modern = header.find((line) => /^\/\/go:build\s/.test(line));
  if (modern !== undefined) return holds(modern.slice('//go:build'.length));
  const old = header.filter((line) => /^\/\/\s*\+build(\s|$)/.test(line));
  return old.every((line) => oldHolds(line.replace(/^\/\/\s*\+build/, '')));
}

/** The comment lines before the package clause: constraints stand nowhere else. */
function headerOf(text: string): string[] {
  const lines: string[] = [];
  let inBlock = false;
  for (const raw of text.replace(/^\uFEFF/, '').split('\n')) {
    const line = raw.trim();
    if (inBlock) inBlock = !line.includes('*/');
    else if (line.startsWith('/*')) inBlock = !line.includes('*/', 2);
    else if (line === '' || line.startsWith('//')) lines.push(line);
    else break;
  }
  return lines;
}

const TRUE_TAGS = /^(?:linux|amd64|amd64\.v1|unix|gc|go1\.(?:[1-9]|1[0-9]|2[0-6]))$/;
const MAX_DEPTH = 100;

/** Evaluates a `//go:build` expression; one that is malformed excludes the file. */
function holds(expression: string): boolean {
  const tokens = expression.match(/&&|\|\||[!()]|[^\s!()&|]+|\S/g) ?? [];
  let at = 0;
  const either = (depth: number): boolean => {
    let value = both(depth);
    while (tokens[at] === '||') {
      at += 1;
      value = both(depth) || value;
    }
    return value;
  };
  const both = (depth: number): boolean => {
    let value = not(depth);
    while (tokens[at] === '&&') {
      at += 1;
      value = not(depth) && value;
    }
    return value;
  };
  const not = (depth: number): boolean => {
    const token = tokens[at];
    at += 1;
    if (token === undefined || depth > MAX_DEPTH) throw new SyntaxError('not a build constraint');
    if (token === '!') return !not(depth + 1);
    if (token !== '(') return tag(token);
    const value = either(depth + 1);
    if (tokens[at] !== ')') throw new SyntaxError('not a build constraint');
    at += 1;
    return value;
  };
  try {
    return either(0) && at === tokens.length;
  } catch {
    return false;
  }
}

function tag(token: string): boolean {
  if (!/^[\p{L}\p{Nd}_.]+$/u.test(token)) throw new SyntaxError('not a build tag');
  return TRUE_TAGS.test(token);
}

/** The form before Go 1.17: a space is an or, a comma an and. */
const oldHolds = (line: string): boolean =>
  line
    .trim()
    .split(/\s+/)
    .some((option) =>
      option.split(',').every((term) => TRUE_TAGS.test(term.replace(/^!/, '')) !== term.startsWith('!')),
    );
