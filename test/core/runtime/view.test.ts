import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../../../src/core/lib/errors.js';
import type { Sandbox } from '../../../src/core/lib/sandbox/job.js';
import type { Step } from '../../../src/core/plan/plan.js';
import { makeView } from '../../../src/core/runtime/view.js';
import type { Snapshot } from '../../../src/core/source/snapshot.js';

const { signal } = new AbortController();
const file = (path: string) => ({ path, at: `general/${path}`, size: 1 });

let snapshot = '';
let view = '';
beforeEach(() => {
  const root = mkdtempSync(join(tmpdir(), 'view-test-'));
  snapshot = join(root, 'snapshot');
  view = join(root, 'view');
});

/** The view of a tool over a snapshot that is elsewhere until `bring` is asked for it. */
const viewOf = (bring: Sandbox['bring'], files = [file('a.py'), file('b/.toolrc')]) => {
  const step = { neutralise: ['**/.toolrc'] } as unknown as Step;
  const context = { snapshot: { folder: snapshot } as Snapshot, sandbox: { bring } as Sandbox, signal };
  return makeView(step, files, context, view);
};

/** Does what a sandbox does whose jobs run elsewhere. */
async function arrive(folder: string): Promise<void> {
  mkdirSync(join(folder, 'general/b'), { recursive: true });
  writeFileSync(join(folder, 'general/a.py'), 'a');
  writeFileSync(join(folder, 'general/b/.toolrc'), 'b');
}

describe('the view of a tool', () => {
  it('is not made when the snapshot cannot be had here', async () => {
    const bring = () => Promise.reject(new Fault('runtime', 'lost'));
    await expect(viewOf(bring)).rejects.toThrow('lost');
    expect(() => readdirSync(view)).toThrow('ENOENT');
  });

  it('is not made when a file is not there, as from a folder that stands for what is elsewhere', async () => {
    await expect(viewOf(async () => {})).rejects.toThrow('ENOENT');
  });

  it('is made of the snapshot once it is here, which the signal of the run can end', async () => {
    const asked: unknown[] = [];
    const seen = await viewOf(async (folder, ends) => {
      asked.push([folder, ends]);
      await arrive(folder);
    });
    expect(asked).toEqual([[snapshot, signal]]);
    expect(seen.map(({ path, at }) => [path, readFileSync(join(view, at), 'utf8')])).toEqual([
      ['a.py', 'a'],
      ['b/.toolrc', 'b'],
    ]);
  });

  it('has a file that would steer the tool under another name, and the others under their own', async () => {
    const seen = await viewOf(arrive);
    expect(seen[0]?.at).toBe('view/a.py');
    expect(readdirSync(join(view, 'view/b'))).toHaveLength(1);
    expect(readdirSync(join(view, 'view/b'))).not.toContain('.toolrc');
  });

  it('has folders that jobs under any user can enter', async () => {
    const before = process.umask(0o077);
    await viewOf(arrive).finally(() => process.umask(before));
    expect(statSync(join(view, 'view/b')).mode & 0o777).toBe(0o755);
  });
});
