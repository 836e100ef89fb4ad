import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Registry, surroundings } from '../../../src/core/toolchain/environment.js';
import { temporaryFolder } from '../../support/scan.js';

const DANGEROUS = {
  GOFLAGS: '-insecure',
  GONOSUMDB: '*',
  GONOSUMCHECK: '1',
  GOINSECURE: '*',
  GOPRIVATE: '*',
  GONOPROXY: '*',
  GOTOOLCHAIN: 'auto',
  PIP_NO_BINARY: ':all:',
  PIP_TARGET: '/tmp',
  PIP_REQUIREMENT: 'x',
  PIP_CONSTRAINT: 'x',
  PIP_PRE: '1',
  PYTHONPATH: '/tmp',
  PYTHONSTARTUP: '/tmp/x.py',
  NODE_OPTIONS: '--require /tmp/x.js',
  npm_config_script_shell: '/tmp/x',
  npm_config_git: '/tmp/x',
  npm_config_ignore_scripts: 'false',
  LD_PRELOAD: '/tmp/x.so',
  PATH: '/tmp',
  AWS_SECRET_ACCESS_KEY: 'x',
};
const WANTED = {
  HOME: '/home/me',
  HTTPS_PROXY: 'http://proxy:1',
  PIP_INDEX_URL: 'https://p',
  GOPROXY: 'https://g',
  npm_config_registry: 'https://n',
};

describe.each<[Registry, string[]]>([
  ['pypi', ['HOME', 'HTTPS_PROXY', 'PIP_INDEX_URL']],
  ['npm', ['HOME', 'HTTPS_PROXY', 'npm_config_registry']],
  ['go', ['GOPROXY', 'HOME', 'HTTPS_PROXY']],
])('surroundings of %s', (registry, expected) => {
  it('hold the settings of its registry and nothing else of the operator', async () => {
    const work = temporaryFolder();
    const { cwd, env } = await surroundings(registry, { ...DANGEROUS, ...WANTED }, work, '/opt/x/bin/program');
    expect(Object.keys(env).sort()).toEqual([...expected, 'LC_ALL', 'PATH', 'TMPDIR'].sort());
    expect(env['PATH']).toBe('/opt/x/bin:/usr/bin:/bin:/usr/sbin:/sbin');
    expect(env['TMPDIR']?.startsWith(work)).toBe(true);
    expect(readdirSync(cwd)).toEqual([]);
  });
});
