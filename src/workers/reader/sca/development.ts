import { folded } from './cased-keys.js';
import { besideDefault, isPipfileLock } from './pipfile.js';

const NPM = /(^|\/)(package-lock|npm-shrinkwrap)\.json$/;
const PNPM = /(^|\/)pnpm-lock\.yaml$/;
const COMPOSER = /(^|\/)composer\.lock$/;

/**
 * How many packages a lockfile marks as for development, as Syft sees it (1.42, syft/pkg/cataloger/javascript, /php and /python), which
 * leaves them out without a word. The mark is the project's: whoever writes the lockfile hides a package with it. Text
 * that cannot be read has none here, but for a Pipfile.lock.
 */
export function developmentPackages(path: string, text: string): number {
  if (PNPM.test(path)) return marksOfYaml(text);
  if (isPipfileLock(path)) return besideDefault(text);
  if (!NPM.test(path) && !COMPOSER.test(path)) return 0;
  const lockfile = parsed(text);
  return COMPOSER.test(path)
    ? valuesOf(member(lockfile, 'packages-dev')).length
    : markedIn(member(lockfile, 'packages')) + markedIn(member(lockfile, 'dependencies'));
}

/** Any mark but a plain `false`, and any name with an escape in it, which may be one. */
const marksOfYaml = (text: string): number =>
  text.match(/(?:^|[\s{,"'])dev["']?\s*:(?!\s*false\b)|"[^"\n]*\\[^"\n]*"\s*:/gm)?.length ?? 0;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `dependencies` of npm's lockfileVersion 1 hold their own. */
const markedIn = (packages: unknown): number =>
  valuesOf(packages).reduce<number>(
    (sum, entry) => sum + (member(entry, 'dev') === true ? 1 : 0) + markedIn(member(entry, 'dependencies')),
    0,
  );

/** As Go finds a field: by its name in any case (pkg.go.dev/encoding/json, Unmarshal). */
const member = (value: unknown, name: string): unknown =>
  Object.entries(Object(value)).findLast(([key]) => folded(key) === name)?.[1];

const valuesOf = (value: unknown): unknown[] =>
  typeof value === 'object' && value !== null ? Object.values(value) : [];
