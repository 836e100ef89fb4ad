import { describe, expect, it } from 'vitest';
import { casedKeys } from '../../../../src/workers/reader/sca/cased-keys.js';
import { developmentPackages } from '../../../../src/workers/reader/sca/development.js';

describe('packages that are marked as for development', () => {
  it.each([
    ['a/package-lock.json', '{"packages":{"":{},"node_modules/a":{"dev":true},"node_modules/b":{"dev":false}}}', 1],
    ['npm-shrinkwrap.json', '{"packages":{"node_modules/a":{"Dev":true},"node_modules/b":{"DEV":true}}}', 2],
    ['package-lock.json', '{"packages":{"node_modules/a":{"\\u0064ev":true}}}', 1],
    ['package-lock.json', '{"dependencies":{"a":{"dependencies":{"b":{"dev":true}}},"c":{"dev":true}}}', 2],
    ['package-lock.json', '{"packages":[null,1,{"dev":"true"}],"dependencies":null}', 0],
    ['package-lock.json', 'no JSON', 0],
    ['package-lock.json', '{"packages":{"node_modules/a":{"devOptional":true,"version":"1"}}}', 0],
    ['pnpm-lock.yaml', 'packages:\n  /a/1.0.0:\n    dev: true\n  /b/1.0.0:\n    dev: false\n', 1],
    ['pnpm-lock.yaml', "packages:\n  /a/1.0.0: { resolution: {}, 'dev': yes }\n", 1],
    ['pnpm-lock.yaml', 'packages:\n  /a/1.0.0:\n    "\\x64ev": true\n', 1],
    ['pnpm-lock.yaml', 'packages:\n  /dev/1.0.0:\n    resolution: {}\n', 0],
    ['composer.lock', '{"packages":[{"name":"a/b"}],"packages-dev":[{"name":"c/d"}]}', 1],
    ['composer.lock', '{"packages":[],"Packages-Dev":[{},{}]}', 2],
    ['composer.lock', '{"packages-dev":[]}', 0],
    ['Pipfile.lock', '{"_meta":{},"default":{"a":{"version":"==1"}},"develop":{"b":{}},"docs":{"c":{}}}', 2],
    ['Pipfile.lock', '{"_meta":{},"default":{"a":{"version":"==1"}},"develop":{}}', 0],
    ['Pipfile.lock', 'no JSON', 1],
    ['go.mod', 'dev: true', 0],
  ])('are counted in %s: %s', (path, text, count) => {
    expect(developmentPackages(path, text)).toBe(count);
  });
});

describe('fields that Syft alone reads', () => {
  it.each([
    ['package-lock.json', '{"packages":{"node_modules/a":{"Dev":true}}}'],
    ['package-lock.json', '{"dependencies":{"a":{"Dev":true}}}'],
    [
      'Package.resolved',
      '{"object":{"pins":[{"package":"a","state":{"version":"1","ver\u017fion":"2"}}]},"version":1}',
    ],
  ])('are ambiguous in another case in %s: %s', (path, text) => {
    expect(casedKeys(path, text)).toBe(1);
  });
});
