import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { repeatsName, wordsOf } from '../../../src/workers/secrets/names.js';
import { loadRules } from '../../../src/workers/secrets/rules.js';
import { secretScanner } from '../../../src/workers/secrets/scan.js';

const scan = secretScanner(loadRules(fileURLToPath(new URL('../../../rules/secrets', import.meta.url))));
const rulesIn = (text: string, path: string) => scan(path, Buffer.from(text)).map(({ rule }) => rule);
const repeats = (name: string, value: string) => repeatsName(value, wordsOf(name));

describe('a value that repeats its name', () => {
  it.each([
    ['passphrase', 'correct-horse-battery'],
    ['correct_horse_battery_secret', 'correct-horse'],
    ['api_token', 'correct-horse-battery-staple'],
    ['prod_db_secret', 'prod_db_hunterxyz'],
    ['prod_db_app_secret', 'prod_db_app_one_two'],
    ['prod_db_app_secret', 'prod_db_app_hunter2'],
    ['prod_db_app_secret', 'prod_db_app_XyzAbcQ'],
    ['prod_db_app_secret', 'prod_db_app_qwrtzpsdfgkl'],
    ['prod_db_app_secret', 'prod_prod_prod_prod'],
  ])('is none in %s = %s', (name, value) => {
    expect(repeats(name, value)).toBe(false);
  });

  it.each([
    ['passed_view_restrictions_session_key', 'passed_page_view_restrictions'],
    ['userAuthSessionKey', 'user-auth-session'],
  ])('is one in %s = %s', (name, value) => {
    expect(repeats(name, value)).toBe(true);
  });

  it('is no secret, and as a password still one', () => {
    const text = (name: string) => `${name} = "passed_page_view_restrictions"\n`;
    expect(rulesIn(text('passed_view_restrictions_session_key'), 'a.py')).toEqual([]);
    expect(rulesIn(text('passed_view_restrictions_password'), 'a.conf')).toEqual(['hardcoded-password']);
  });

  it('never has a digit, a capital or letters alone', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z]{3,9}(?:[_.-][a-z]{3,9}){2,5}$/),
        fc.constantFrom('7', 'Q', '='),
        (value, odd) => {
          expect(repeats(`${value}_secret`, `${value}${odd}`)).toBe(false);
          expect(repeats(`${value}_secret`, value.replace(/[_.-]/g, ''))).toBe(false);
        },
      ),
    );
  });
});
