import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ruff } from '../../../../src/workers/reader/adapters/ruff.js';
import { ruff as embedded } from '../../ruff/ruff.js';
import { recordedOf } from './recorded.js';
import { asJsonLines, runAdapter } from './sink.js';

const { report, files, texts } = recordedOf('ruff');
const place = { row: 1, column: 1 };
const diagnostic = {
  code: 'S102',
  filename: '/src/view/a.py',
  message: 'Use of `exec` detected',
  location: place,
  end_location: { row: 1, column: 5 },
};
const read = (changes: object, text = 'exec(x)\n') =>
  runAdapter(ruff, [{ ...diagnostic, ...changes }], { files: ['a.py'], texts: { 'a.py': text } });
const ofType = (lines: readonly object[], type: string) => lines.filter((line) => 'type' in line && line.type === type);

describe('a report that is not whole', () => {
  it.each([
    ['no code', { code: null }],
    ['no file', { filename: undefined }],
    ['no message', { message: '' }],
    ['no place', { location: null }],
    ['line 0', { location: { row: 0, column: 1 } }],
    ['no end', { end_location: undefined }],
    ['a rule that is not known', { code: 'S999' }],
    ['a rule that was not asked for', { code: 'F401' }],
    ['a panic', { code: 'panic' }],
  ])('is refused: %s', (_, changes) => {
    expect(() => read(changes)).toThrow();
  });

  it.each([null, {}, 'ruff failed'])('is refused: %j', (broken) => {
    expect(() => runAdapter(ruff, broken, { files: [] })).toThrow();
  });
});

describe('a file that was not judged', () => {
  it.each([
    ['invalid-syntax', { reason: 'unparsable', detail: 'syntax error at line 1' }],
    ['E902', { reason: 'not-text', detail: 'not UTF-8 text' }],
  ])('is unread, once: %s', (code, expected) => {
    const lines = runAdapter(
      ruff,
      [
        { ...diagnostic, code },
        { ...diagnostic, code },
      ],
      { files: ['a.py'] },
    );
    expect(ofType(lines, 'unread')).toEqual([{ type: 'unread', path: 'a.py', ...expected }]);
    expect(ofType(lines, 'finding')).toEqual([]);
  });
});

describe('a finding', () => {
  it('has columns in UTF-16 code units', () => {
    const changes = { location: { row: 1, column: 6 }, end_location: { row: 1, column: 10 } };
    const [found] = ofType(read(changes, '"😀"; exec("x")\n'), 'finding');
    expect(found).toMatchObject({ startColumn: 7, endColumn: 11 });
  });

  it('quotes no text of the source', () => {
    const [found] = ofType(read({ code: 'S108', message: 'Probable insecure usage: "/tmp/synthetic"' }), 'finding');
    expect(found).toMatchObject({ message: 'Probable insecure usage' });
  });
});

describe('the recorded report', () => {
  const lines = runAdapter(ruff, report, { files, texts });

  it('loses and doubles nothing', () => {
    const judged = (report as { code: string }[]).filter(({ code }) => code !== 'invalid-syntax' && code !== 'E902');
    expect(ofType(lines, 'finding')).toHaveLength(judged.length);
    expect(judged.length).toBeGreaterThan(15);
  });

  it('says what the WebAssembly build says', async () => {
    const home = join(import.meta.dirname, '../../../tools/ruff/positive');
    const bytes = Object.fromEntries(files.map((name) => [name, readFileSync(join(home, name))]));
    const { rules, findings, unread } = await embedded(bytes);
    const plain = (type: string) => ofType(lines, type).map(({ type: _, ...rest }: { type?: string }) => rest);
    const key = (line: object) => JSON.stringify(Object.entries(line).sort());
    const sorted = (list: readonly object[]) => list.map(key).sort();
    expect(plain('rule')).toEqual(rules);
    expect(sorted(plain('finding'))).toEqual(sorted(findings));
    expect(sorted(plain('unread'))).toEqual(sorted(unread));
  });

  it('is read as expected', async () => {
    const told = lines.filter((line) => !ofType([line], 'rule').length);
    await expect(asJsonLines(told)).toMatchFileSnapshot('../../../tools/ruff/expected.jsonl');
  });
});
