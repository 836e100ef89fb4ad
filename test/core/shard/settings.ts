import { join } from 'node:path';
import { commitAll, writeTree } from '../../hostile/fixtures.js';
import { scriptedCatalog } from '../../support/catalog.js';
import { temporaryFolder } from '../../support/scan.js';
import { BY_FILE } from './support.js';

export const TREE = {
  'a.txt': 'BAD\n',
  'b.txt': 'POOR\n',
  'c.txt': 'fine\n',
  'e/f.txt': 'BAD\nPOOR\n',
  'é.txt': 'BAD\n',
};

/** A catalog of one tool that judges file by file, one that judges the tree, and one that applies to nothing. */
export async function settings() {
  const root = temporaryFolder();
  const catalog = await scriptedCatalog(root, [
    { id: 'by-file', script: BY_FILE },
    { id: 'by-tree', script: BY_FILE, tool: { judges: 'tree', cost: 0.01 } },
    { id: 'idle', script: BY_FILE, tool: { appliesTo: { files: ['**/*.none'] } } },
  ]);
  let made = 0;
  /** A source of these files with a commit, and folders beside it. */
  const setting = (tree: Record<string, string> = TREE) => {
    const folder = join(root, `case-${made++}`);
    const source = join(folder, 'source');
    writeTree(source, tree);
    commitAll(source);
    const request = { source, exportDir: join(folder, 'shards'), profile: 'scripted' };
    return { folder, source, request, out: join(folder, 'out') };
  };
  return { catalog, setting };
}
