import { PackageURL } from 'packageurl-js';

export type PurlType =
  | 'cargo'
  | 'composer'
  | 'docker'
  | 'gem'
  | 'github'
  | 'golang'
  | 'maven'
  | 'npm'
  | 'nuget'
  | 'pypi';

export interface PurlParts {
  type: PurlType;
  /** The ecosystem's full name: `@scope/name`, `vendor/name`, `group:artifact`, a module path. */
  name: string;
  version: string;
  qualifiers?: Record<string, string>;
  subpath?: string;
}

/** What a package name of each ecosystem looks like, namespace and name apart. */
const NAMES: Readonly<Record<PurlType, RegExp>> = {
  cargo: /^()([\w-]+)$/,
  composer: /^([^/]+)\/([^/]+)$/,
  docker: /^(?:([\w./-]+)\/)?([\w.-]+)$/,
  gem: /^()([\w.-]+)$/,
  github: /^([\w.-]+)\/([\w.-]+)$/,
  golang: /^(?:(.+)\/)?([^/]+)$/,
  maven: /^([^:/]+):([^:/]+)$/,
  npm: /^(?:(@[^/@]+)\/)?([^/@]+)$/,
  nuget: /^()([\w.-]+)$/,
  pypi: /^()([\w.-]+)$/,
};

/** Longest name or version taken: several times the registries' own limits. */
const MAX_LENGTH = 512;

/** Control, format and private characters and odd spaces, which no registry allows and which could hide or forge output. */
const FORBIDDEN = /\p{C}|(?! )\p{Z}|^ | $/u;

/**
 * The canonical package URL (purl-spec), or `undefined` when name or version are not possible in that ecosystem. Names of
 * npm keep their letters: `base64` and `Base64` are two packages (npm-definition.json since purl-spec#872).
 */
export function packageUrl({ type, name, version, qualifiers, subpath }: PurlParts): string | undefined {
  const [, namespace, base] = NAMES[type].exec(name) ?? [];
  if (base === undefined || name.includes(' ') || !isPlain(name) || !isPlain(version)) return undefined;
  try {
    const url = new PackageURL(type, namespace || undefined, base, version, qualifiers, subpath);
    // packageurl-js 2.0.1 follows the older text and writes them small.
    if (type === 'npm') {
      url.namespace = namespace;
      url.name = base;
    }
    return canonical(url.toString());
  } catch {
    return undefined;
  }
}

/** Types whose names are case-sensitive, though tools wrote them small as an older specification asked (purl-spec#872). */
const CASED = /^(pkg:(?:npm|golang)\/)([^@?#]+)(.*)$/s;

/**
 * A package URL that another tool wrote, with the letters of the package's name where they tell packages apart: Trivy writes
 * `JSONStream` of npm as `jsonstream`, and a waiver for one package would cover another.
 */
export function withLettersOf(name: string, purl: string): string {
  const [, start = '', path = '', rest = ''] = CASED.exec(purl) ?? [];
  const written = name.replaceAll('@', '%40');
  return written.toLowerCase() === path.toLowerCase() ? `${start}${written}${rest}` : purl;
}

function isPlain(text: string): boolean {
  return text !== '' && text.length <= MAX_LENGTH && !FORBIDDEN.test(text);
}

/** packageurl-js 2.0.1 writes `:` as `%3A` and leaves `+`; the specification's test vectors want the opposite. */
function canonical(purl: string): string {
  return purl.replaceAll('%3A', ':').replaceAll('+', '%2B');
}
