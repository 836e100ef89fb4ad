import { describe, expect, it } from 'vitest';
import { casedKeys } from '../../../../src/workers/reader/sca/cased-keys.js';

describe('keys that Go takes for a field and npm does not know', () => {
  it.each([
    ['{"version":"4.17.0","Version":"4.18.0"}', 1],
    ['{"packages":{"node_modules/a":{"NAME":"b"}}}', 1],
    ['{"dependencie\u017f":{}}', 1],
    ['{"Develop":{"a":{"version":"==1"}}}', 1],
    ['{', 1],
    ['{"lin\u212a":true,"Resolved":"x"}', 2],
  ])('are counted: %s', (text, count) => {
    expect(casedKeys(text)).toBe(count);
  });

  it('are not the fields themselves, nor other keys', () => {
    expect(casedKeys('{"name":"A","version":"1","packages":{"node_modules/Name2":{"License":"MIT"}}}')).toBe(0);
  });
});
