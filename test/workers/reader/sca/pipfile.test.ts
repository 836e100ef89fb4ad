import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { missingFromPipfile } from '../../../../src/workers/reader/sca/pipfile.js';

const lock = (categories: object): string => JSON.stringify({ _meta: {}, ...categories });
const LISTED = [
  { name: 'Flask', version: '1.0' },
  { name: 'django.x', version: '2' },
];
const missing = (categories: object, path = 'Pipfile.lock'): number =>
  missingFromPipfile(path, lock(categories), LISTED);

describe('packages of a Pipfile.lock that a tool is silent about', () => {
  it.each([
    ['a git address', { default: { a: { git: 'https://example.com/a.git', ref: 'b' } } }],
    ['an archive', { default: { a: { file: 'https://example.com/a.whl' } } }],
    ['a range', { develop: { flask: { version: '>=1' } } }],
    ['any version', { develop: { flask: { version: '*' } } }],
    [
      'another release in another category',
      { default: { flask: { version: '==1.0' } }, develop: { flask: { version: '==0.9' } } },
    ],
    ['a pin of a category of its own', { docs: { other: { version: '==1' } } }],
    [
      'an address beside a pin of its name',
      { default: { flask: { version: '==1.0' } }, develop: { flask: { git: 'x' } } },
    ],
    ['a folder outside', { default: { a: { path: '../a', editable: true } } }],
  ])('counts %s', (_, categories) => {
    expect(missing(categories)).toBe(1);
  });

  it('counts a file that cannot be read here', () => {
    for (const text of ['{', '[]', '{"default":[]}', '{"default":{"a":1}}'])
      expect(missingFromPipfile('Pipfile.lock', text, [])).toBe(1);
  });

  it('does not count what is listed, nor folders of the source', () => {
    expect(missing({ default: { flask: { version: '==1.0' }, Django_X: { version: '===2' } } })).toBe(0);
    expect(missing({ default: { here: { path: '.', editable: true } } })).toBe(0);
    expect(missing({ default: { beside: { path: '../b' } } }, 'a/Pipfile.lock')).toBe(0);
  });

  it('never throws, whatever the file holds', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => missingFromPipfile('Pipfile.lock', text, []) >= 0),
    );
  });
});
