import { describe, expect, it } from 'vitest';
import { git, paths, reasons, repository, workshop, write } from './support.js';

const shop = workshop();

describe('a working tree', () => {
  it('is its commit when nothing differs', async () => {
    const repo = repository(shop.folder(), { 'a.py': 'print(1)\n', 'b/c.txt': 'c', 'b.txt': 'b', 'b-d/x': 'x' });
    const snapshot = await shop.take(repo);
    expect(snapshot.subject).toEqual({
      kind: 'gitCommit',
      commit: git(repo, 'rev-parse', 'HEAD'),
      tree: git(repo, 'rev-parse', 'HEAD^{tree}'),
      time: '2024-01-02T03:04:05Z',
    });
    expect(snapshot.dirty).toBe(false);
    expect(paths(snapshot)).toEqual(['a.py', 'b-d/x', 'b.txt', 'b/c.txt']);
    expect(reasons(snapshot)).toEqual([]);
  });
});
