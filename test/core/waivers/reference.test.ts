import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { WAIVER_STATUSES, waiversJsonSchema, waiversSchema } from '../../../src/core/waivers/entry.js';
import { keysIn, type Schema } from '../../docs/keys.js';
import { blocks, keysOf, quoted, read, rows } from '../../docs/text.js';
import { waived } from './support.js';

const text = read('docs/waivers.md');
const table = rows(text, '## Keys');
const keys = keysIn(waiversJsonSchema() as Schema);

describe('docs/waivers.md', () => {
  it('names every key and no other', () => {
    expect(keysOf(table).sort()).toEqual(keys.map(({ path }) => path).sort());
  });

  it('says which are required', () => {
    const required = table.filter(([, cell]) => cell === 'yes');
    expect(keysOf(required).sort()).toEqual(
      keys
        .filter((key) => key.required)
        .map(({ path }) => path)
        .sort(),
    );
  });

  it('shows an entry that is one but for its signature', () => {
    const [example = ''] = blocks(text, 'yaml');
    const [{ sig } = { sig: '' }] = waived().signatures;
    expect(waiversSchema.parse(parse(example.replace('sig: …', `sig: "${sig}"`))).waivers).toHaveLength(1);
  });

  it('tells what each status becomes', () => {
    const told = rows(text, '## What becomes of waived findings').map(([cell = '']) => quoted(cell)[0]);
    expect(told.sort()).toEqual([...WAIVER_STATUSES].sort());
  });
});
