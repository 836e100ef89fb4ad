import { parseJson } from '../../sbom/json.js';
import type { Located } from '../../sbom/located.js';
import { parseToml } from '../../sbom/toml.js';
import { plainJson } from './plain-json.js';

/** The fields that a tool reads of a table, and of what they hold; `*` stands for keys that a project chooses. Lists are passed through. */
export interface Shape {
  readonly [field: string]: Shape;
}

/** A lockfile whose fields tools written in Go know in any case. `parse` throws `Malformed`. */
export interface Form {
  files: RegExp;
  parse: (text: string) => Located;
  shape: Shape;
}

const fields = (...names: string[]): Shape => Object.fromEntries(names.map((name) => [name, {}]));
const pinned = fields('name', 'version');

/** `dependencies` of npm's lockfileVersion 1 hold their own. */
const nested: Shape = {
  ...fields('version', 'resolved', 'dev'),
  get dependencies() {
    return { '*': nested };
  },
};

/**
 * What osv-scanner 2.5 decodes by encoding/json and github.com/BurntSushi/toml (osv-scalibr, extractor/filesystem/language), and
 * what Syft 1.42 reads besides: `dev`, and version 1 of Package.resolved.
 */
export const FORMS: readonly Form[] = [
  {
    files: /(^|\/)(package-lock|npm-shrinkwrap)\.json$/,
    parse: parseJson,
    shape: {
      lockfileVersion: {},
      packages: { '*': fields('name', 'version', 'resolved', 'link', 'dev') },
      dependencies: { '*': nested },
    },
  },
  {
    files: /(^|\/)bun\.lock$/,
    parse: (text) => parseJson(plainJson(text)),
    shape: fields('lockfileVersion', 'packages'),
  },
  {
    files: /(^|\/)Pipfile\.lock$/,
    parse: parseJson,
    shape: { default: { '*': fields('version') }, develop: { '*': fields('version') } },
  },
  {
    files: /(^|\/)composer\.lock$/,
    parse: parseJson,
    shape: { packages: composer(), 'packages-dev': composer() },
  },
  {
    files: /(^|\/)packages\.lock\.json$/,
    parse: parseJson,
    shape: { dependencies: { '*': { '*': fields('type', 'resolved') } } },
  },
  {
    files: /(^|\/)conan\.lock$/,
    parse: parseJson,
    shape: {
      ...fields('version', 'requires', 'build_requires', 'python_requires'),
      graph_lock: { nodes: { '*': fields('pref', 'ref', 'path') } },
    },
  },
  {
    files: /(^|\/)renv\.lock$/,
    parse: parseJson,
    shape: { Packages: { '*': fields('Package', 'Version', 'Repository') } },
  },
  {
    files: /(^|\/)Package\.resolved$/,
    parse: parseJson,
    shape: {
      version: {},
      pins: { ...fields('identity', 'location'), state: fields('version', 'revision') },
      object: { pins: { ...fields('package', 'repositoryURL'), state: fields('version', 'revision') } },
    },
  },
  { files: /(^|\/)Cargo\.lock$/, parse: parseToml, shape: { package: { ...pinned, source: {} } } },
  {
    files: /(^|\/)poetry\.lock$/,
    parse: parseToml,
    shape: { package: { ...pinned, source: fields('type', 'resolved_reference') } },
  },
  { files: /(^|\/)uv\.lock$/, parse: parseToml, shape: { package: { ...pinned, source: fields('virtual', 'git') } } },
  { files: /(^|\/)pdm\.lock$/, parse: parseToml, shape: { package: { ...pinned, revision: {} } } },
  {
    files: /(^|\/)pylock\.([^/]+\.)?toml$/,
    parse: parseToml,
    shape: { packages: { ...pinned, vcs: fields('type', 'commit-id'), directory: fields('path') } },
  },
];

function composer(): Shape {
  return { ...pinned, dist: fields('reference') };
}
