import fc from 'fast-check';
import spdxLicenseList from 'spdx-license-list';
import { describe, expect, it } from 'vitest';
import { classOf } from '../../../src/workers/licenses/classes.js';
import { configSchema } from '../../../src/workers/licenses/config.js';
import { licenseJudge } from '../../../src/workers/licenses/judge.js';

const judge = (config: unknown, ...stated: string[]) => licenseJudge(configSchema.parse(config))(stated);

describe('what cannot be read is never harmless', () => {
  it.each([
    'Proprietary',
    'UNLICENSED',
    'SEE LICENSE IN LICENSE.md',
    'LicenseRef-Own',
    'MIT OR',
    '(MIT OR ISC',
    'MIT OR ISC)',
    'MIT\u202e',
    'MIT and',
    'MIT ISC',
    'MIT WITH',
    'MIT WITH Made-up',
    'MIT-like',
    'submit',
    'MITX11',
    '\u041cIT',
    'MIT\u200b',
    'MIT\u0000',
    'MI\nT',
    '###MIT',
    '!ISC',
    'https://example.com/MIT',
    'constructor',
    '__proto__',
    'toString OR hasOwnProperty',
    `MIT${' OR MIT'.repeat(1000)}`,
    `${'('.repeat(51)}MIT OR ISC${')'.repeat(51)}`,
    '('.repeat(100_000),
    'MIT AND LicenseRef-Own',
  ])('%.60j', (text) => {
    expect(judge({}, text)).toBe('unknown');
  });

  it('no licence at all is undeclared', () => {
    expect(judge({})).toBe('undeclared');
  });

  it.each([
    ['GPL-3.0 WITH Made-up', 'restricted'],
    ['AGPL-3.0-only (see COPYING)', 'forbidden'],
    ['MIT, and MPL-2.0', 'reciprocal'],
    [`${'MIT, '.repeat(1000)}AGPL-3.0-only`, 'forbidden'],
    [`${'x '.repeat(10_000)}GPL-2.0`, 'restricted'],
  ])('a slip does not take the weight from what is named: %.40j', (text, expected) => {
    expect(judge({}, text)).toBe(expected);
  });
});

describe('a licence has the class of its family', () => {
  it.each([
    ['AGPL-3.0-or-later', 'forbidden'],
    ['CC-BY-NC-SA-4.0', 'forbidden'],
    ['WTFPL', 'forbidden'],
    ['SSPL-1.0', 'forbidden'],
    ['BUSL-1.1', 'forbidden'],
    ['GPL-2.0', 'restricted'],
    ['GPL-2.0+', 'restricted'],
    ['gpl-2.0-ONLY', 'restricted'],
    ['GPL-2.0-only WITH Classpath-exception-2.0', 'restricted'],
    ['GPL-2.0-with-classpath-exception', 'restricted'],
    ['LGPL-2.1-or-later', 'restricted'],
    ['CC-BY-SA-4.0', 'restricted'],
    ['EUPL-1.2', 'restricted'],
    ['MPL-2.0', 'reciprocal'],
    ['EPL-2.0', 'reciprocal'],
    ['Ruby', 'reciprocal'],
    ['MIT', 'notice'],
    [' Apache-2.0 ', 'notice'],
    ['CC-BY-4.0', 'notice'],
    ['0BSD', 'unencumbered'],
    ['CC0-1.0', 'unencumbered'],
    ['Apache License, Version 2.0', 'notice'],
    ['The MIT License', 'notice'],
    ['GNU General Public License v3 (GPLv3)', 'restricted'],
    ['GNU Affero General Public License v3.0 or later', 'forbidden'],
    ['Eclipse Public License v2.0', 'reciprocal'],
    ['Public Domain', 'unencumbered'],
    ['MIT/X11', 'notice'],
    ['MIT; GPL-2.0', 'restricted'],
  ])('%s: %s', (text, expected) => {
    expect(judge({}, text)).toBe(expected);
  });

  it('every licence that the tables name is one of SPDX', () => {
    const ids = Object.keys(spdxLicenseList);
    const classed = ids.filter((id) => classOf(id) !== undefined);
    expect(classed.length).toBeGreaterThan(200);
    expect(['MIT-like', 'Apache', '', 'constructor', '__proto__'].filter((id) => classOf(id))).toEqual([]);
  });
});

describe('an expression', () => {
  it.each([
    ['MIT OR GPL-3.0', 'notice'],
    ['GPL-3.0 OR MIT', 'notice'],
    ['MIT AND GPL-3.0', 'restricted'],
    ['AGPL-3.0 AND (MIT OR GPL-3.0)', 'forbidden'],
    ['MIT AND MPL-2.0 OR GPL-3.0', 'reciprocal'],
    ['MIT AND (MPL-2.0 OR GPL-3.0)', 'reciprocal'],
    ['GPL-3.0 OR LicenseRef-Commercial', 'restricted'],
    ['LicenseRef-Commercial OR GPL-3.0', 'restricted'],
    ['GPL-3.0 AND LicenseRef-Own', 'restricted'],
    ['MIT OR LicenseRef-Own', 'notice'],
  ])('%s: %s', (text, expected) => {
    expect(judge({}, text)).toBe(expected);
  });

  it('several statements are a choice', () => {
    expect(judge({}, 'GPL-2.0', 'Artistic-1.0-Perl')).toBe('notice');
    expect(judge({}, 'GPL-2.0', 'something else')).toBe('restricted');
  });

  it('is worth what its branches are, whatever their order and brackets', () => {
    const ranks = ['unencumbered', 'notice', 'reciprocal', 'restricted', 'forbidden'];
    const leaf = fc.constantFrom('0BSD', 'MIT', 'MPL-2.0', 'GPL-3.0-only', 'AGPL-3.0-only');
    const tree = fc.letrec<{ node: { text: string; worth: number } }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 5 },
        leaf.map((text) => ({ text, worth: ranks.indexOf(judge({}, text)) })),
        fc.tuple(tie('node'), fc.boolean(), tie('node')).map(([a, and, b]) => ({
          text: `(${a.text}) ${and ? 'AND' : 'OR'} (${b.text})`,
          worth: and ? Math.max(a.worth, b.worth) : Math.min(a.worth, b.worth),
        })),
      ),
    })).node;
    fc.assert(fc.property(tree, ({ text, worth }) => text.length > 2000 || judge({}, text) === ranks[worth]));
  });

  it('any text is judged, and in time', () => {
    const word = fc.constantFrom('MIT', 'GPL-2.0', 'OR', 'AND', 'WITH', '(', ')', '+', ' ', '/', 'é', '__proto__');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(word).map((words) => words.join(' ')),
        ),
        (text) => {
          expect(['undeclared', undefined]).not.toContain(judge({}, text));
        },
      ),
    );
  });
});

describe('the configuration', () => {
  it.each([
    ['a misspelled licence', { deny: ['GLP-3.0'] }],
    ['an expression', { allow: ['MIT OR ISC'] }],
    ['a class that is none', { classes: { severe: ['MIT'] } }],
    ['a severity that is none', { severities: { notice: 'urgent' } }],
    ['a key that is none', { ignore: ['MIT'] }],
    ['no mapping', ['MIT']],
  ])('is refused with %s', (_, config) => {
    expect(() => configSchema.parse(config)).toThrow();
  });

  it('denies a licence whatever else says of it, in every form of it', () => {
    const config = { deny: ['GPL-3.0-only', 'mit'], allow: ['GPL-3.0-only'], classes: { notice: ['GPL-3.0-only'] } };
    for (const text of ['GPL-3.0', 'GPL-3.0-or-later', 'GPL-3.0+', 'GPL-3.0 WITH GCC-exception-3.1', 'MIT'])
      expect(judge(config, text)).toBe('denied');
    expect(judge(config, 'GPL-3.0 OR ISC')).toBe('notice');
    expect(judge(config, 'GPL-3.0 AND ISC')).toBe('denied');
  });

  it('allows what it names and nothing near it', () => {
    const config = { allow: ['GPL-2.0-only WITH Classpath-exception-2.0', 'LicenseRef-Own'] };
    expect(judge(config, 'gpl-2.0-only WITH Classpath-exception-2.0')).toBe('allowed');
    expect(judge(config, 'LicenseRef-Own')).toBe('allowed');
    expect(judge(config, 'GPL-2.0-only')).toBe('restricted');
    expect(judge(config, 'GPL-2.0-or-later WITH Classpath-exception-2.0')).toBe('restricted');
    expect(judge(config, 'GPL-2.0-only AND LicenseRef-Own')).toBe('restricted');
  });

  it('moves licences to other classes, in two of them to the stricter', () => {
    const config = { classes: { notice: ['MPL-2.0', 'EUPL-1.2'], forbidden: ['EUPL-1.2', 'ISC'] } };
    expect(judge(config, 'MPL-2.0')).toBe('notice');
    expect(judge(config, 'EUPL-1.2')).toBe('forbidden');
    expect(judge(config, 'ISC')).toBe('forbidden');
  });
});
