import { describe, expect, it } from 'vitest';
import { spdxExpression } from '../../../src/core/bundle/license.js';

describe('spdxExpression', () => {
  it.each([
    '',
    ' ',
    'Proprietary',
    'UNLICENSED',
    'SEE LICENSE IN LICENSE.txt',
    'MIT OR',
    'OR MIT',
    'MIT MIT',
    '(MIT',
    'MIT)',
    '()',
    'MIT/X11',
    'MIT, ISC',
    'MIT WITH ISC',
    'MIT WITH',
    'Classpath-exception-2.0',
    'Apache-2.0+',
    'GPL-2.0-with-GCC-exception',
    'LicenseRef-mine',
    '__proto__',
    `${'('.repeat(100_000)}MIT`,
  ])('is undefined for %.40j', (text) => {
    expect(spdxExpression(text)).toBeUndefined();
  });

  it.each([
    ['MIT', 'MIT'],
    ['mit', 'MIT'],
    [' (MIT or Apache-2.0) ', '(MIT OR Apache-2.0)'],
    ['MIT AND (ISC OR 0BSD) AND BSD-3-Clause', 'MIT AND (ISC OR 0BSD) AND BSD-3-Clause'],
    ['GPL-2.0-only WITH Classpath-exception-2.0', 'GPL-2.0-only WITH Classpath-exception-2.0'],
    ['GPL-2.0+', 'GPL-2.0+'],
  ])('%j is %j', (text, expression) => {
    expect(spdxExpression(text)).toBe(expression);
  });
});
