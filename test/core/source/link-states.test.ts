import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkStates } from '../../../src/core/source/link-states.js';
import type { SnapshotEntry } from '../../../src/core/source/snapshot.js';

const file = (path: string, gitBlob = 'b'): SnapshotEntry => ({
  path,
  at: path,
  size: 1,
  sha256: '',
  gitBlob,
  mode: '100644',
  class: 'general',
  tracked: true,
});
const link = (path: string, leadsTo?: string, gitBlob = 'l'): SnapshotEntry => ({
  ...file(path, gitBlob),
  mode: '120000',
  ...(leadsTo !== undefined && { leadsTo }),
});
const all = () => true;

const state = (path: string, entries: readonly SnapshotEntry[]) => linkStates(entries, all).get(path);
const TREE = [file('a/x'), file('a/y/z'), file('ab'), link('l', 'a')];

describe('the state of a link', () => {
  it.each<[string, readonly SnapshotEntry[]]>([
    ['another target with the same files', [...TREE.slice(0, 3), link('l', 'a', 'other')]],
    ['an edit of a file that it leads to', [file('a/x', 'edited'), ...TREE.slice(1)]],
    ['an edit deep below', [file('a/x'), file('a/y/z', 'edited'), ...TREE.slice(2)]],
    ['a file that was added', [file('a/new'), ...TREE]],
    ['a file that is gone', TREE.slice(1)],
    ['a file with another name', [file('a/w'), ...TREE.slice(1)]],
    ['a file with another mode', [{ ...file('a/x'), mode: '100755' }, ...TREE.slice(1)]],
    ['nothing that it leads to any more', [...TREE.slice(0, 3), link('l')]],
  ])('changes with %s', (_, entries) => {
    expect(state('l', entries)).not.toBe(state('l', TREE));
  });

  it('changes with what a link inside the folder leads to', () => {
    const tree = (blob: string) => [file('a/x'), link('a/y', 'ab'), file('ab', blob), link('l', 'a')];
    expect(state('l', tree('edited'))).not.toBe(state('l', tree('b')));
  });

  it('stays when only other files change', () => {
    expect(state('l', [file('a/x'), file('a/y/z'), file('ab', 'edited'), link('l', 'a')])).toBe(state('l', TREE));
  });

  it('of a link to the root changes with any file', () => {
    fc.assert(
      fc.property(fc.nat(TREE.length - 1), (at) => {
        const edited = TREE.map((entry, i) => (i === at ? { ...entry, gitBlob: 'edited' } : entry));
        expect(state('r', [...edited, link('r', '')])).not.toBe(state('r', [...TREE, link('r', '')]));
      }),
    );
  });

  it('is told of links that are asked for, and of no file', () => {
    expect([...linkStates(TREE, all).keys()]).toEqual(['l']);
    expect(linkStates(TREE, () => false).size).toBe(0);
  });
});
