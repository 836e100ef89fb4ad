import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Where a program reads the operator's own configuration, and how it reaches the network. */
const COMMON = [
  'HOME',
  'XDG_CONFIG_HOME',
  'HTTPS_PROXY',
  'https_proxy',
  'HTTP_PROXY',
  'http_proxy',
  'ALL_PROXY',
  'all_proxy',
  'NO_PROXY',
  'no_proxy',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'NODE_EXTRA_CA_CERTS',
];

/** Settings of a registry: where it is, who asks, whom to trust. None that changes what is fetched or how it is built. */
const OWN = {
  pypi: [
    'PIP_INDEX_URL',
    'PIP_EXTRA_INDEX_URL',
    'PIP_NO_INDEX',
    'PIP_FIND_LINKS',
    'PIP_CONFIG_FILE',
    'PIP_CERT',
    'PIP_CLIENT_CERT',
    'PIP_PROXY',
    'PIP_TRUSTED_HOST',
    'PIP_DEFAULT_TIMEOUT',
    'PIP_TIMEOUT',
    'PIP_RETRIES',
    'PIP_KEYRING_PROVIDER',
  ],
  npm: [
    ...[
      'registry',
      'userconfig',
      'globalconfig',
      'cafile',
      'ca',
      'cert',
      'key',
      'proxy',
      'https_proxy',
      'noproxy',
    ].flatMap((name) => [`npm_config_${name}`, `NPM_CONFIG_${name.toUpperCase()}`]),
    'NPM_TOKEN',
  ],
  // Not GOFLAGS, GONOSUMDB, GONOSUMCHECK, GOINSECURE, GOPRIVATE: they turn checks off. `go env -w` is the operator's word.
  go: ['GOPROXY', 'GOSUMDB', 'GOAUTH', 'NETRC'],
} as const;

const SYSTEM_PATH = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'];

export type Registry = keyof typeof OWN;

/** An empty folder to run in, and the whole environment of a program that installs. */
export interface Surroundings {
  cwd: string;
  env: Record<string, string>;
}

/**
 * Makes an empty working directory and temporary folder below `work`, and the environment that a registry's client is
 * given: the operator's registry, proxy and certificate settings by name, and nothing else.
 */
export async function surroundings(
  registry: Registry,
  operator: NodeJS.ProcessEnv,
  work: string,
  program: string,
): Promise<Surroundings> {
  const [cwd, temporary] = [join(work, 'empty'), join(work, 'tmp')];
  await Promise.all([cwd, temporary].map((folder) => mkdir(folder, { recursive: true })));
  const given = [...COMMON, ...OWN[registry]].flatMap((name) => {
    const value = operator[name];
    return value === undefined || value === '' ? [] : [[name, value] as const];
  });
  const path = [...new Set([dirname(program), ...SYSTEM_PATH])].join(':');
  return { cwd, env: { ...Object.fromEntries(given), PATH: path, TMPDIR: temporary, LC_ALL: 'C.UTF-8' } };
}
