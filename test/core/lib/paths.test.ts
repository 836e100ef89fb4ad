import fc from 'fast-check';
import picomatch from 'picomatch';
import { describe, expect, it } from 'vitest';
import { compilePathRules, globMatcher, type PathRule } from '../../../src/core/lib/paths.js';

const rule = (name: string, action: PathRule['action'], ...globs: string[]): PathRule => ({
  rule: name,
  class: `${name}-class`,
  globs,
  action,
});

describe('path rules', () => {
  const rules = compilePathRules([
    rule('allowed', 'edit-allow', 'src/**'),
    rule('protected', 'edit-protected', 'src/core/**'),
    rule('denied', 'edit-deny', 'src/core/policy/**'),
    rule('unread', 'exclude', 'src/core/policy/private/**'),
    rule('keys', 'sensitive', '**/*.pem', '**/.env*'),
    { ...rule('packages', 'exclude', '**/node_modules/**'), unlessTracked: true },
  ]);

  it.each([
    ['src/core/policy/private/x', 'exclude', 'unread'],
    ['src/core/policy/x', 'edit-deny', 'denied'],
    ['src/core/x', 'edit-protected', 'protected'],
    ['src/x', 'edit-allow', 'allowed'],
    ['x', 'edit-unlisted', 'no rule allows editing'],
    ['src/core/policy/../x', 'edit-unlisted', 'no rule allows editing'],
  ])('decide on editing %s: %s', (path, action, reason) => {
    expect(rules.edit(path, true)).toMatchObject({ action, reason });
  });

  it.each([
    ['src/core/policy/private/key.pem', 'exclude', 'unread'],
    ['a/key.PEM', 'sensitive', 'keys'],
    ['.env.local', 'sensitive', 'keys'],
    ['src/x', 'read', 'no rule restricts reading'],
  ])('decide on reading %s: %s', (path, action, reason) => {
    expect(rules.read(path, true)).toMatchObject({ action, reason });
  });

  it('give the class of the rule', () => {
    expect(rules.read('a.pem', false).class).toBe('keys-class');
  });

  it('spare exceptions from a rule for sensitive files in any case', () => {
    const spared = compilePathRules([{ ...rule('keys', 'sensitive', '**/.env*'), except: ['**/*.py'] }]);
    expect(spared.read('.ENV.PY', false).action).toBe('read');
    expect(spared.read('.env.py.local', false).action).toBe('sensitive');
  });

  it('spare what git tracks where they say so', () => {
    expect(rules.read('a/node_modules/x.js', false).action).toBe('exclude');
    expect(rules.read('a/node_modules/x.js', true).action).toBe('read');
  });
});

describe('globMatcher', () => {
  it.each(['a\nb/.env', 'x\n.env', 'a/.b/.env', 'a\u2028/.env'])(
    'finds names with line breaks and dots: %j',
    (path) => {
      expect(globMatcher(['**/*.env'])(path)).toBe(true);
    },
  );

  it('takes a leading ! as part of the name', () => {
    expect(globMatcher(['!a'])('b')).toBe(false);
    expect(globMatcher(['!a'])('!a')).toBe(true);
  });

  it('matches nothing without a glob', () => {
    expect(globMatcher([])('')).toBe(false);
    expect(globMatcher([])('a')).toBe(false);
  });

  it('takes a glob for the name of a file, too', () => {
    expect(globMatcher(['app/[id].ts'])('app/[id].ts')).toBe(true);
    expect(globMatcher(['app/[id].ts'])('app/d.ts')).toBe(true);
  });

  it('matches what picomatch matches', () => {
    const options = { dot: true, nonegate: true, windows: false, flags: 's' };
    const piece = fc.constantFrom('a', 'b', '.', '/', '*', '**', '?', '[ab]', '{a,b}', '!', '(', ')', '\n', '+(a)');
    const text = fc.array(piece, { minLength: 1, maxLength: 6 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 3 }), text, (globs, path) => {
        expect(globMatcher(globs)(path)).toBe(picomatch(globs, options)(path));
      }),
    );
  });

  it('tells case apart unless asked not to', () => {
    expect(globMatcher(['*.pem'])('a.PEM')).toBe(false);
    expect(globMatcher(['*.pem'], true)('a.PEM')).toBe(true);
  });
});
