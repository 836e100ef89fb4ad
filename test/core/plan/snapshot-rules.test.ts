import { describe, expect, it } from 'vitest';
import { compilePathRules } from '../../../src/core/lib/paths.js';
import { admit } from '../../../src/core/plan/admit.js';
import { snapshotRules } from '../../../src/core/plan/snapshot-rules.js';
import { NO_NARROWING } from '../../../src/core/scan-request.js';
import { builtCatalog, NOTHING_INSTALLED } from '../../support/catalog.js';

const request = {
  version: '1.0.0',
  narrowing: NO_NARROWING,
  baseline: null,
  base: null,
  assets: {},
  ...NOTHING_INSTALLED,
};
const { plan } = admit(request, await builtCatalog());

describe('the rules of a snapshot', () => {
  const rules = compilePathRules(snapshotRules(plan));

  it.each(['.env.py', 'a/.ENV.PY', '.env.test.js', '.env/app.ts', 'x/.envrc.sh'])(
    'keep %s, code by its name, from no tool',
    (path) => {
      expect(rules.read(path, false).action).toBe('read');
    },
  );

  it.each(['.env', 'a/.env.local', '.env.py.bak', 'KEY.PEM', 'a.py.key'])('give %s to secret scanners only', (path) => {
    expect(rules.read(path, true)).toMatchObject({ action: 'sensitive', class: 'sensitive' });
  });

  it('leave out installed packages that git does not track, and nothing that runs write', () => {
    expect(rules.read('a/node_modules/x.js', false).action).toBe('exclude');
    expect(rules.read('a/node_modules/x.js', true).action).toBe('read');
    expect(rules.read('security-results/1/bundle.json', false).action).toBe('read');
  });

  it('leave out what the operator did not ask for', () => {
    const narrowing = { ...NO_NARROWING, include: ['src/**'], exclude: ['src/x/**'] };
    const narrowed = compilePathRules(snapshotRules({ ...plan, narrowing }));
    const answers = ['src/a', 'src/x/a', 'b'].map((path) => narrowed.read(path, true).reason);
    expect(answers).toEqual(['no rule restricts reading', 'operator-exclude', 'operator-include']);
  });
});
