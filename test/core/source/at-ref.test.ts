import { describe, expect, it } from 'vitest';
import { atRef } from '../../../src/core/source/at-ref.js';

describe('atRef', () => {
  it('refuses sources without git refs', () => {
    expect(() => atRef({ kind: 'stdin' }, 'main')).toThrow('no git refs');
    expect(() => atRef({ kind: 'archive', path: 'a.zip', format: 'zip' }, 'main')).toThrow('no git refs');
  });

  it.each([true, false])('keeps what the operator allowed: %s', (allowGitDir) => {
    const wanted = { kind: 'git', path: 'p', ref: 'main', allowGitDir };
    expect(atRef({ kind: 'folder', path: 'p', allowGitDir }, 'main')).toEqual(wanted);
    expect(atRef({ kind: 'git', path: 'p', ref: 'HEAD', allowGitDir }, 'main')).toEqual(wanted);
  });
});
