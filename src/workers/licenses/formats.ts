import { globMatcher } from '../../core/lib/paths.js';
import { readBun } from '../sbom/bun.js';
import { readCargo } from '../sbom/cargo.js';
import { readGemfile } from '../sbom/gemfile.js';
import { readGoMod } from '../sbom/go.js';
import { readGradle } from '../sbom/gradle.js';
import { readNugetLock } from '../sbom/nuget-lock.js';
import { readPackagesConfig } from '../sbom/nuget-project.js';
import { readPdm } from '../sbom/pdm.js';
import { readPipfile } from '../sbom/pipfile.js';
import { readPnpm } from '../sbom/pnpm.js';
import { readPoetry } from '../sbom/poetry.js';
import { readRequirements } from '../sbom/requirements.js';
import { UNREAD_LOCKFILES } from '../sbom/unread-formats.js';
import { readUv } from '../sbom/uv.js';
import { readYarn } from '../sbom/yarn.js';
import { readCargoToml } from './cargo.js';
import { readComposerJson, readComposerLock } from './composer.js';
import type { LicenseReader } from './declaration.js';
import { withoutLicenses } from './listed.js';
import { readPomLicenses } from './maven.js';
import { readNpmLock, readPackageJson } from './npm.js';
import { readNuspec, readProjectLicense } from './nuget.js';
import { readPyproject, readSetupCfg } from './python.js';

type Ecosystem = 'cargo' | 'composer' | 'gem' | 'go' | 'maven' | 'npm' | 'nuget' | 'pypi';

/** `manifest`: what it asks for is listed by a lockfile of its ecosystem, where there is one. */
export interface Format {
  kind: 'lockfile' | 'manifest';
  ecosystem: Ecosystem;
  read: LicenseReader;
}

const lockfile = (ecosystem: Ecosystem, read: LicenseReader): Format => ({ kind: 'lockfile', ecosystem, read });
const manifest = (ecosystem: Ecosystem, read: LicenseReader): Format => ({ kind: 'manifest', ecosystem, read });

const REQUIREMENTS = lockfile('pypi', withoutLicenses(readRequirements));
const PROJECT = lockfile('nuget', readProjectLicense);
const GRADLE = lockfile('maven', withoutLicenses(readGradle));
const GEMFILE = lockfile('gem', withoutLicenses(readGemfile));

/** By glob over repository paths; the first match counts. go.sum lists nothing that go.mod does not stand for. */
const FORMATS: readonly (readonly [glob: string, format: Format])[] = [
  ['**/package-lock.json', lockfile('npm', readNpmLock)],
  ['**/npm-shrinkwrap.json', lockfile('npm', readNpmLock)],
  ['**/package.json', manifest('npm', readPackageJson)],
  ['**/pnpm-lock.yaml', lockfile('npm', withoutLicenses(readPnpm))],
  ['**/yarn.lock', lockfile('npm', withoutLicenses(readYarn))],
  ['**/bun.lock', lockfile('npm', withoutLicenses(readBun))],
  ['**/composer.lock', lockfile('composer', readComposerLock)],
  ['**/composer.json', manifest('composer', readComposerJson)],
  ['**/requirements*.txt', REQUIREMENTS],
  ['**/*requirements.txt', REQUIREMENTS],
  ['**/requirements/*.txt', REQUIREMENTS],
  ['**/requirements*.lock', REQUIREMENTS],
  ['**/Pipfile.lock', lockfile('pypi', withoutLicenses(readPipfile))],
  ['**/poetry.lock', lockfile('pypi', withoutLicenses(readPoetry))],
  ['**/uv.lock', lockfile('pypi', withoutLicenses(readUv))],
  ['**/pdm.lock', lockfile('pypi', withoutLicenses(readPdm))],
  ['**/pyproject.toml', manifest('pypi', readPyproject)],
  ['**/setup.cfg', manifest('pypi', readSetupCfg)],
  ['**/go.mod', lockfile('go', withoutLicenses(readGoMod))],
  ['**/Cargo.lock', lockfile('cargo', withoutLicenses(readCargo))],
  ['**/Cargo.toml', manifest('cargo', readCargoToml)],
  ['**/pom.xml', lockfile('maven', readPomLicenses)],
  ['**/gradle.lockfile', GRADLE],
  ['**/buildscript-gradle.lockfile', GRADLE],
  ['**/Gemfile.lock', GEMFILE],
  ['**/gems.locked', GEMFILE],
  ['**/packages.lock.json', lockfile('nuget', withoutLicenses(readNugetLock))],
  ['**/packages.config', lockfile('nuget', withoutLicenses(readPackagesConfig))],
  ['**/*.csproj', PROJECT],
  ['**/*.fsproj', PROJECT],
  ['**/*.vbproj', PROJECT],
  ['**/*.nuspec', manifest('nuget', readNuspec)],
];

/** Globs of the files that the tool reads or tells to be unread: what its tool file's `appliesTo` names. */
export const DECLARING: readonly string[] = [...FORMATS.map(([glob]) => glob), ...UNREAD_LOCKFILES];

const MATCHERS = FORMATS.map(([glob, format]) => ({ matches: globMatcher([glob], true), format }));

/** The format of a repository path, or `undefined` when its name is none that is known. */
export const formatOf = (path: string): Format | undefined => MATCHERS.find(({ matches }) => matches(path))?.format;
