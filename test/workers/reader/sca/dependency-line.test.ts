import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Sink } from '../../../../src/workers/reader/adapter.js';
import { dependencyLines } from '../../../../src/workers/reader/sca/dependency-line.js';
import { runAdapter } from '../adapters/sink.js';

function find(text: string, name: string, version: string): number {
  let line = 0;
  const look = (_: unknown, sink: Sink): void => {
    line = dependencyLines(sink)('lock', name, version);
  };
  runAdapter(look, {}, { files: ['lock'], texts: { lock: text } });
  return line;
}

describe('the line of a dependency', () => {
  it.each([
    ['a name that is not there', 'b==1\n', 'a', '1', 1],
    ['no name', 'b==1\n', '', '1', 1],
    ['a name inside another', 'ab==1\nb-a==1\na.c==1\na==1\n', 'a', '1', 4],
    ['a name that only stands there with another version', 'x\na==2\n', 'a', '1', 2],
    ['the entry with the version', '"a": "^2"\n\n\n\n\n\n\n"node_modules/a": {\n  "version": "1"\n', 'a', '1', 8],
    ['another spelling', 'x==1\nExample_Forms==0.9\n', 'example-forms', '0.9', 2],
    ['an artifact of a group', '<groupId>g</groupId>\n<artifactId>a</artifactId>\n<version>1</version>', 'g:a', '1', 2],
    ['a version with a v', '/*!\n * Lib v1.2.3\n */', '1.2.3', '1.2.3', 2],
    ['a name with signs of patterns', 'a+(b\na+(b==1\n', 'a+(b', '1', 1],
  ])('is found for %s', (_, text, name, version, line) => {
    expect(find(text, name, version)).toBe(line);
  });

  // Few characters, so that names stand in texts.
  const any = fc.string({
    unit: fc.constantFrom('a', 'B', '1', 'v', '-', '_', '.', ':', '(', '\n', '\u2028', '\u0130'),
  });

  it('lies in the file, whatever the text and the name are', () => {
    fc.assert(
      fc.property(any, any, any, (text, name, version) => {
        const line = find(text, name, version);
        expect(line).toBeGreaterThanOrEqual(1);
        expect(line).toBeLessThanOrEqual(text.split('\n').length);
      }),
    );
  });
});
