import { execFileSync } from 'node:child_process';
import { linkSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openPlainFile, readJsonBatches, readJsonLines, readPlainFile } from '../../../src/core/lib/plain-file.js';

const root = mkdtempSync(join(tmpdir(), 'plain-file-test-'));
let count = 0;
const file = (content: string | Buffer): string => {
  const path = join(root, String(count++));
  writeFileSync(path, content);
  return path;
};
async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const read: T[] = [];
  for await (const value of values) read.push(value);
  return read;
}

describe('a file that a process left', () => {
  it('is never opened through a link, nor as a pipe, nor under two names', async () => {
    const link = join(root, 'link');
    symlinkSync('/etc/passwd', link);
    const pipe = join(root, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const twice = file('x');
    linkSync(twice, join(root, 'again'));
    for (const path of [link, pipe, twice, root, join(root, 'absent')])
      await expect(openPlainFile(path)).rejects.toMatchObject({ name: 'Fault', code: 'reader' });
  });

  it('is not read whole beyond its cap', async () => {
    await expect(readPlainFile(file('abc'), 2)).rejects.toThrow('the cap is 2');
    expect((await readPlainFile(file('abc'), 3)).toString()).toBe('abc');
  });
});

describe('JSON Lines', () => {
  it('hold no line without end', async () => {
    const path = file(Buffer.alloc(2 ** 24 + 2 ** 17, '1'));
    await expect(all(readJsonLines(path))).rejects.toMatchObject({ name: 'Fault', code: 'reader' });
    const behind = file(Buffer.concat([Buffer.from('1\n'), Buffer.alloc(2 ** 24 + 2 ** 17, '1')]));
    await expect(all(readJsonLines(behind))).rejects.toThrow('has a line of more than');
  });

  it.each(['{', '1\n\n2\n', '1\r2\n', 'x\n'])('are not %j', async (text) => {
    await expect(all(readJsonLines(file(text)))).rejects.toThrow(SyntaxError);
  });

  it('are nothing in an empty file, and need no end of line', async () => {
    expect(await all(readJsonLines(file('')))).toEqual([]);
    expect(await all(readJsonLines(file('1\n"\u2028"')))).toEqual([1, '\u2028']);
  });

  it('are read as they were written, wherever the pieces of a file end', async () => {
    const value = fc.oneof(
      fc.json(),
      fc.nat(200_000).map((n) => JSON.stringify('\u00e9\u{1f600}'.repeat(n / 8))),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(value, { maxLength: 20 }), async (lines) => {
        const path = file(lines.map((line) => `${line}\n`).join(''));
        const expected = lines.map((line): unknown => JSON.parse(line));
        expect(await all(readJsonLines(path))).toEqual(expected);
        expect((await all(readJsonBatches(path))).flat()).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });
});
