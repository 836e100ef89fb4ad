import { Listing, type Scope } from './listing.js';
import { Malformed } from './located.js';

const LOCKED = /^([^:=\s]+):([^:=\s]+):([^:=\s]+)=(\S*)$/;
const TEST = /^test|Test(?:[A-Z]|$)/;

/** gradle.lockfile: `group:name:version=configuration,…` (docs.gradle.org, dependency locking). */
export function readGradle(text: string): Listing {
  const listing = new Listing();
  let shaped = false;
  text.split(/\r?\n/).forEach((raw, index) => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) return;
    shaped = true;
    if (line.startsWith('empty=')) return;
    const [, group, name, version, configurations] = LOCKED.exec(line) ?? [];
    if (group === undefined || version === undefined) throw new Malformed('not a gradle lockfile');
    const scope = scopeOf(configurations ?? '');
    listing.add({ type: 'maven', name: `${group}:${name}`, version, line: index + 1, scope });
  });
  // Gradle always writes the `empty=` line.
  if (!shaped) throw new Malformed('not a gradle lockfile');
  return listing;
}

/** Only in configurations of tests, by Gradle's own naming. */
const scopeOf = (configurations: string): Scope =>
  configurations.split(',').every((configuration) => TEST.test(configuration)) ? 'development' : 'required';
