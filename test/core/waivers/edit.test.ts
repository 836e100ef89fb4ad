import { mkdtempSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_WAIVERS, withEntry } from '../../../src/core/waivers/edit.js';
import { readWaivers } from '../../../src/core/waivers/read.js';
import { readIfThere, replaceFile } from '../../../src/core/waivers/save.js';
import { alice, bob, signedBy, unsigned, waived } from './support.js';

const FOLDER = mkdtempSync(join(tmpdir(), 'waivers-'));

const COMMENTED = `# Ours.
schemaVersion: 1
waivers:
  # Until the rewrite.
  - id: 'first' # the oldest
    fingerprint: ${'c'.repeat(64)}
    status: accepted
    reason: >-
      Long text that is folded
      over lines.
    risk: none to speak of
    owner: Platform team
    followUp: https://tracker.example.org/1
    created: 2026-05-01
    expires: 2026-06-01
    signatures: []
# End.
`;

describe('an entry cannot be added', () => {
  it.each([
    ['to what is no waiver file', 'a: 1\n'],
    ['to a file with aliases', 'schemaVersion: 1\nwaivers: &a []\n'],
  ])('%s', (_, text) => {
    expect(() => withEntry({ file: 'w.yaml', text }, waived())).toThrow(/unknown key|anchors/);
  });
});

describe('a waiver file', () => {
  it('keeps its comments and its entries', () => {
    const text = withEntry({ file: 'w.yaml', text: COMMENTED }, waived());
    for (const comment of ['# Ours.', '# Until the rewrite.', '# the oldest', '# End.'])
      expect(text).toContain(comment);
    expect(readWaivers({ file: 'w.yaml', text }).entries).toEqual([
      ...readWaivers({ file: 'w.yaml', text: COMMENTED }).entries,
      waived(),
    ]);
  });

  it('gets the signature of an approver and keeps all else', () => {
    const entry = signedBy(unsigned({ id: 'two' }), ['waive', alice], ['approve-waiver', bob]);
    const before = withEntry(
      { file: 'w.yaml', text: COMMENTED },
      { ...entry, signatures: entry.signatures.slice(0, 1) },
    );
    const text = withEntry({ file: 'w.yaml', text: before }, entry);
    expect(text).toContain('# the oldest');
    expect(readWaivers({ file: 'w.yaml', text }).entries[1]).toEqual(entry);
    expect(readWaivers({ file: 'w.yaml', text }).entries).toHaveLength(2);
  });

  it('may be JSON', () => {
    const text = withEntry({ file: 'w.json', text: NO_WAIVERS.json }, waived());
    expect(JSON.parse(text)).toEqual({ schemaVersion: 1, waivers: [waived()] });
    expect(
      readWaivers({ file: 'w.yaml', text: withEntry({ file: 'w.yaml', text }, waived({ id: 'two' })) }).entries,
    ).toEqual([waived(), waived({ id: 'two' })]);
  });

  it('holds any text that an entry may hold', () => {
    const word = fc.constantFrom(
      'yes',
      '1_000',
      '2026-01-01',
      'null',
      '#',
      ': ',
      '- ',
      '"',
      "'",
      '\\',
      '&a',
      '*a',
      '!x',
      'é',
      '😀',
      '>',
      '|',
      '%',
    );
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), (words) => {
        const entry = waived({ reason: words.join(' '), rule: { tool: 'ruff', rule: words.join(' '), path: 'a.py' } });
        const text = withEntry({ file: 'w.yaml', text: NO_WAIVERS.yaml }, entry);
        expect(readWaivers({ file: 'w.yaml', text }).entries).toEqual([entry]);
      }),
      { numRuns: 200 },
    );
  });
});

describe('saving', () => {
  it('refuses when somebody else changed the file meanwhile', async () => {
    const file = join(FOLDER, 'changed.yaml');
    await expect(replaceFile(file, 'x', Buffer.from('before'))).rejects.toThrow(/meanwhile/);
    writeFileSync(file, 'other');
    await expect(replaceFile(file, 'x', undefined)).rejects.toThrow(/meanwhile/);
    await expect(replaceFile(file, 'x', Buffer.from('before'))).rejects.toThrow(/meanwhile/);
    expect(readFileSync(file, 'utf8')).toBe('other');
  });

  it('refuses a folder that is not there, and a folder for a file', async () => {
    await expect(replaceFile(join(FOLDER, 'none', 'w.yaml'), 'x', undefined)).rejects.toThrow(/cannot be written/);
    await expect(readIfThere(FOLDER)).rejects.toThrow(/cannot be read \(EISDIR\)/);
  });

  it('follows a link, keeps the mode and leaves nothing else', async () => {
    const [file, link] = [join(FOLDER, 'real.yaml'), join(FOLDER, 'link.yaml')];
    writeFileSync(file, 'before', { mode: 0o600 });
    symlinkSync(file, link);
    await replaceFile(link, 'after', Buffer.from('before'));
    expect(readFileSync(file, 'utf8')).toBe('after');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(
      readdirSync(FOLDER)
        .filter((name) => /real|link/.test(name))
        .sort(),
    ).toEqual(['link.yaml', 'real.yaml']);
  });
});
