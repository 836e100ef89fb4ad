import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { compareEvidence } from '../../../src/core/diff/evidence.js';
import { type OpenBundle, openBundle } from '../../../src/core/diff/open.js';
import { temporaryFolder } from '../../support/scan.js';
import { scanned } from '../replay/support.js';

const SCRATCH = temporaryFolder();
let was: OpenBundle;
beforeAll(async () => {
  const { bundle } = await openBundle((await scanned()).bundle, {});
  if (bundle === undefined) throw new Error('the scan left no intact bundle');
  was = bundle;
});

/** As many entries as a comparison lists, and more. */
const MANY = Array.from({ length: 60 }, (_, i) => ({ rule: `r${i}`, class: 'c', count: 1 }));

/** The bundle with members of its documents changed, as a scanner that lies could have left it. */
async function lying(changes: Record<string, object>): Promise<OpenBundle> {
  const root = mkdtempSync(join(SCRATCH, 'b-'));
  cpSync(was.folder.root, root, { recursive: true });
  for (const [path, members] of Object.entries(changes)) {
    const document = Object(JSON.parse(readFileSync(join(root, path), 'utf8')));
    writeFileSync(join(root, path), JSON.stringify({ ...document, ...members }));
  }
  const summary = { ...was.summary, ...changes['summary.json'] };
  return { ...was, path: root, folder: { root, files: was.folder.files, measured: new Map() }, summary };
}

const textsOf = async (is: OpenBundle): Promise<string[]> =>
  (await compareEvidence(was, is)).differences.map(({ text }) => text);

describe('what lies beside the source hides no difference', () => {
  it('of what could not be read, when it fills all the lines by itself', async () => {
    const unread = { snapshot: [{ path: 'big.bin', reason: 'lfs-pointer', detail: '' }] };
    const texts = await textsOf(await lying({ 'summary.json': { excluded: MANY, unread } }));
    expect(texts[0]).toMatch(/^summary\.json: unread\.snapshot\[0\] was absent, is .*big\.bin/);
  });

  it.each(['summary.json', 'policy-result.json'])('of another member of %s', async (path) => {
    const is = await lying({ 'summary.json': { excluded: MANY }, [path]: { excluded: MANY, reasons: ['other'] } });
    expect(await textsOf(is)).toEqual([expect.stringMatching(new RegExp(`^${path}: reasons`))]);
  });

  it('and is a note by itself', async () => {
    const is = await lying({ 'summary.json': { excluded: MANY }, 'policy-result.json': { excluded: MANY } });
    const { differences, notes } = await compareEvidence(was, is);
    expect(differences).toEqual([]);
    expect(notes).toHaveLength(50);
  });
});

describe('another verdict', () => {
  it('is a difference, whatever else is the same', async () => {
    const is: OpenBundle = { ...was, summary: { ...was.summary, verdict: 'error' } };
    expect(await textsOf(is)).toEqual(['verdict: fail in the bundle, error in the replay']);
  });
});
