import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { spellingsIn } from '../../../src/core/advisories/spellings.js';
import { failure, folderOf, freshFolder, record, take } from './data.js';

const of = (id: string, name: string, more: object = {}) =>
  record(id, { affected: [{ package: { ecosystem: 'NuGet', name } }], ...more });

function spoil(file: string): void {
  chmodSync(file, 0o644);
  writeFileSync(file, 'PK');
}

describe('spellings in advisories', () => {
  it.each<[string, (file: string) => void]>([
    ['that was changed', spoil],
    ['that is gone', (file) => rmSync(file)],
  ])('are not read from a pack %s: exit code 3', async (_, harm) => {
    const store = freshFolder();
    const pack = await take(store, 'osv/NuGet', folderOf({ 'a.json': of('A-1', 'Acme.Lib') }));
    harm(join(store, pack.digest, 'all.zip'));
    expect(await failure(spellingsIn([pack], store))).toMatchObject({ exit: 3 });
  });

  it('are all that a record that holds gives to a package of the ecosystem, once and sorted', async () => {
    const store = freshFolder();
    const mixed = [
      { package: { ecosystem: 'NuGet', name: 'acme.lib' } },
      { package: { ecosystem: 'npm', name: 'left-pad' } },
      {},
    ];
    const records = {
      'a.json': of('A-1', 'Acme.Lib'),
      'b.json': of('A-2', 'Acme.Lib'),
      'c.json': of('A-3', 'x', { affected: mixed }),
      'd.json': of('A-4', 'Gone', { withdrawn: '2026-08-20T10:00:00Z' }),
    };
    const pack = await take(store, 'osv/NuGet', folderOf(records));
    expect(await spellingsIn([pack], store)).toEqual({ NuGet: ['Acme.Lib', 'acme.lib'] });
  });

  it('are not asked for where a package has but one', async () => {
    const pack = { kind: 'osv', name: 'npm', digest: 'not in the store' };
    expect(await spellingsIn([pack], freshFolder())).toEqual({});
  });
});
