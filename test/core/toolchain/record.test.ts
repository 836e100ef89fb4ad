import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRecord } from '../../../src/core/toolchain/record.js';

describe('parseRecord', () => {
  it.each(['a', 'a,b', 'a,b,c,d', ',sha256=x,1', '"a,sha256=x,1', 'a"b"c,"x"y,1', 'a,,\na,,'])('refuses %j', (text) => {
    expect(parseRecord(text)).toBeUndefined();
  });

  it('reads quoted names, other hashes as none, and both line ends', () => {
    const text = '"a, ""b"".py",sha256=x-_,12\r\nc,sha512=y,\nRECORD,,\n';
    expect([...(parseRecord(text) ?? [])]).toEqual([
      ['a, "b".py', { sha256: 'x-_', size: 12 }],
      ['c', { sha256: undefined, size: undefined }],
      ['RECORD', { sha256: undefined, size: undefined }],
    ]);
  });

  it('reads back any name that is written as CSV', () => {
    const name = fc.string({ minLength: 1 }).filter((text) => !/[\r\n]/.test(text));
    fc.assert(
      fc.property(fc.uniqueArray(name), (names) => {
        const text = names.map((one) => `"${one.replaceAll('"', '""')}",sha256=x,1\n`).join('');
        expect([...(parseRecord(text)?.keys() ?? [])]).toEqual(names);
      }),
    );
  });

  it('takes time linear in a line', () => {
    expect(parseRecord(`"${'""'.repeat(200_000)}`)).toBeUndefined();
  });
});
