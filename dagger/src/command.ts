/** What a caller may say about a scan besides its source; each becomes options of the command line. */
export interface ScanWords {
  profile?: string;
  skipPrivacyScan?: boolean;
  bundleId?: string;
  failOn?: string;
  noCache?: boolean;
  timeout?: string;
  asOf?: string;
  skipTools?: string[];
  include?: string[];
  exclude?: string[];
  manifest: boolean;
  policy: boolean;
  privacyAssets: boolean;
  baseline: boolean;
  signKey: boolean;
}

/** Where a function puts what it was given, in the container of the command. */
export const PLACES = {
  source: '/scan/source',
  manifest: '/scan/manifest',
  policy: '/scan/policy',
  privacyAssets: '/scan/privacy-assets',
  baseline: '/scan/baseline',
  /** XDG_DATA_HOME of the command. */
  data: '/scan/data',
  tools: '/scan/data/security-scan/store',
  advisories: '/scan/data/security-scan/advisories',
  out: '/scan/out',
  bundle: '/scan/bundle',
  key: '/scan/key.pem',
} as const;

/** Name of the variable that holds the signing key. */
export const SIGN_KEY = 'CERTUS_SIGN_KEY';

/** Options that `scan` and `plan` share. A word that starts with a dash stays a value: it is joined to its option. */
export function requestOptions(words: ScanWords): string[] {
  const { profile, failOn, timeout, asOf, skipTools = [], include = [], exclude = [] } = words;
  const said = { profile, 'fail-on': failOn, timeout, 'as-of': asOf };
  const lists = { 'skip-tools': skipTools, include, exclude };
  return [
    ...Object.entries(said).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`])),
    ...Object.entries(lists).flatMap(([name, values]) => values.map((value) => `--${name}=${value}`)),
    ...(words.skipPrivacyScan ? ['--skip-privacy-scan'] : []),
    ...(words.manifest ? [`--manifest=${PLACES.manifest}`] : []),
    ...(words.policy ? [`--policy=${PLACES.policy}`] : []),
    ...(words.privacyAssets ? [`--privacy-assets=${PLACES.privacyAssets}`] : []),
    ...(words.baseline ? [`--baseline=${PLACES.baseline}`] : []),
  ];
}

/** The whole command line of a scan, behind the program's name. */
export function scanCommand(words: ScanWords): string[] {
  return [
    'scan',
    PLACES.source,
    `--export-dir=${PLACES.out}`,
    ...requestOptions(words),
    ...(words.bundleId === undefined ? [] : [`--bundle-id=${words.bundleId}`]),
    ...(words.noCache ? ['--no-cache'] : []),
    ...(words.signKey ? [`--sign-key=env:${SIGN_KEY}`] : []),
  ];
}

/** Whether a `dagger.json` is that of this module. Those who use it name it too, among their dependencies. */
export function namesThisModule(text: string): boolean {
  try {
    const document: unknown = JSON.parse(text);
    return typeof document === 'object' && document !== null && 'name' in document && document.name === MODULE;
  } catch {
    return false;
  }
}

const MODULE = 'certus-security-scan';
