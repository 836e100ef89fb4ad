import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../../../src/core/lib/errors.js';
import { parseSource } from '../../../src/core/source/request.js';

describe('parseSource', () => {
  it.each([
    '--upload-pack=evil',
    '-x',
    'ext::sh -c evil',
    'file:///etc',
    'git://host/repo',
    'http://host/repo',
    'ftp://host/x.zip',
    'https://',
    'https://user:secret@host/repo',
    'https://token@host/repo',
    'ssh://-oProxyCommand=evil/repo',
    'ssh://git:secret@host/repo',
    'https://host/repo#--upload-pack=evil',
    'https://host/repo#a..b',
    'https://host/repo#a:b',
    'https://host/repo#',
    '.#-x',
    '.#HEAD@{1}',
    'a\nb',
  ])('refuses %j', (arg) => {
    expect(() => parseSource(arg)).toThrow(Refusal);
  });

  it.each(['https://user:hunter2@host/repo', 'http://hunter2@host/repo'])('does not repeat the secret of %s', (arg) => {
    expect(() => parseSource(arg)).toThrow(/^(?!.*hunter2)/s);
  });

  it.each([
    ['', { kind: 'folder', path: '.' }],
    ['.', { kind: 'folder', path: '.' }],
    ['some/folder', { kind: 'folder', path: 'some/folder' }],
    ['-', { kind: 'stdin' }],
    ['x.tar.gz', { kind: 'archive', path: 'x.tar.gz', format: 'tar' }],
    ['a/x.tgz', { kind: 'archive', path: 'a/x.tgz', format: 'tar' }],
    ['x.tar', { kind: 'archive', path: 'x.tar', format: 'tar' }],
    ['X.ZIP', { kind: 'archive', path: 'X.ZIP', format: 'zip' }],
    ['.#v1.2', { kind: 'git', path: '.', ref: 'v1.2' }],
    ['clone#HEAD~2', { kind: 'git', path: 'clone', ref: 'HEAD~2' }],
    ['clone#feature/x@2', { kind: 'git', path: 'clone', ref: 'feature/x@2' }],
    ['https://example.org/a/b.git', { kind: 'git', url: 'https://example.org/a/b.git', ref: 'HEAD' }],
    ['https://example.org/a/b#main', { kind: 'git', url: 'https://example.org/a/b', ref: 'main' }],
    ['ssh://git@example.org/a.git', { kind: 'git', url: 'ssh://git@example.org/a.git', ref: 'HEAD' }],
    ['git@example.org:a/b.git#v1', { kind: 'git', url: 'ssh://git@example.org/a/b.git', ref: 'v1' }],
  ])('reads %j', (arg, request) => {
    expect(parseSource(arg)).toEqual(request);
  });

  it('gives a request without an option in it, or refuses', () => {
    const holds = (arg: string) => {
      try {
        const request = parseSource(arg);
        if (request.kind === 'git')
          expect(`${request.url ?? request.path}`.startsWith('-') || request.ref.startsWith('-')).toBe(false);
      } catch (error) {
        expect(error).toBeInstanceOf(Refusal);
      }
    };
    const part = fc.constantFrom(
      '-',
      '#',
      ':',
      '/',
      '@',
      'https://',
      'ssh://',
      'ext::',
      'a',
      '.',
      '..',
      '.zip',
      '\n',
      '{',
      '^',
    );
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 8 }).map((parts) => parts.join('')),
        holds,
      ),
      { numRuns: 2000 },
    );
  });
});
