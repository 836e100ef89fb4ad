import { globMatcher } from '../../core/lib/paths.js';
import { readAction, readWorkflow } from './actions.js';
import { readBun } from './bun.js';
import { readCargo } from './cargo.js';
import { readComposer } from './composer.js';
import { readGemfile } from './gemfile.js';
import { readGoMod, readGoSum } from './go.js';
import { readGradle } from './gradle.js';
import type { Listing } from './listing.js';
import { readPom } from './maven.js';
import { readNpm } from './npm.js';
import { readNugetLock } from './nuget-lock.js';
import { readPackagesConfig, readProject } from './nuget-project.js';
import { readPdm } from './pdm.js';
import { readPipfile } from './pipfile.js';
import { readPnpm } from './pnpm.js';
import { readPoetry } from './poetry.js';
import { readRequirements } from './requirements.js';
import { UNREAD_LOCKFILES } from './unread-formats.js';
import { readUv } from './uv.js';
import { readYarn } from './yarn.js';

/** Parses one file, never executing anything. Throws `Malformed` when the file is not what its name says. */
export type Reader = (text: string, path: string) => Listing;

/** By glob over repository paths; the first match counts. */
const FORMATS: readonly (readonly [glob: string, read: Reader])[] = [
  ['**/package-lock.json', readNpm],
  ['**/npm-shrinkwrap.json', readNpm],
  ['**/pnpm-lock.yaml', readPnpm],
  ['**/yarn.lock', readYarn],
  ['**/bun.lock', readBun],
  ['**/requirements*.txt', readRequirements],
  ['**/*requirements.txt', readRequirements],
  ['**/requirements/*.txt', readRequirements],
  ['**/requirements*.lock', readRequirements],
  ['**/Pipfile.lock', readPipfile],
  ['**/poetry.lock', readPoetry],
  ['**/uv.lock', readUv],
  ['**/pdm.lock', readPdm],
  ['**/go.mod', readGoMod],
  ['**/go.sum', readGoSum],
  ['**/Cargo.lock', readCargo],
  ['**/pom.xml', readPom],
  ['**/gradle.lockfile', readGradle],
  ['**/buildscript-gradle.lockfile', readGradle],
  ['**/composer.lock', readComposer],
  ['**/Gemfile.lock', readGemfile],
  ['**/gems.locked', readGemfile],
  ['**/packages.lock.json', readNugetLock],
  ['**/packages.config', readPackagesConfig],
  ['**/*.csproj', readProject],
  ['**/*.fsproj', readProject],
  ['**/*.vbproj', readProject],
  ['.github/workflows/*.yml', readWorkflow],
  ['.github/workflows/*.yaml', readWorkflow],
  ['**/action.yml', readAction],
  ['**/action.yaml', readAction],
];

/** Globs of the files that the tool reads or tells to be unread: what its tool file's `appliesTo` names. */
export const LOCKFILES: readonly string[] = [...FORMATS.map(([glob]) => glob), ...UNREAD_LOCKFILES];

const MATCHERS = FORMATS.map(([glob, read]) => ({ matches: globMatcher([glob], true), read }));

/** The reader for a repository path, or `undefined` when its name is none that is known. */
export const readerFor = (path: string): Reader | undefined => MATCHERS.find(({ matches }) => matches(path))?.read;
