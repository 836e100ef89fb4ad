import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../../../../src/core/lib/errors.js';
import { probeHost } from '../../../../src/core/lib/sandbox/doctor.js';
import { openSandbox } from '../../../../src/core/lib/sandbox/open.js';
import { scriptJob } from './contract.js';

const scratch = mkdtempSync(join(tmpdir(), 'open-test-'));

describe('opening a sandbox', () => {
  it('refuses a level that does not work here, with what was tried', async () => {
    const force = process.platform === 'darwin' ? 'bubblewrap' : 'seatbelt';
    const refusal = await openSandbox({ force, scratch }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(Refusal);
    expect(refusal).toMatchObject({ code: 'sandbox' });
    expect(String(refusal)).toContain(force);
  });

  it('gives no sandbox only when it is asked for by name, and says so in its enforcement', async () => {
    const opened = await openSandbox({ minimum: 'none', scratch }).catch(() => undefined);
    expect(opened?.level).not.toBe('none');
    const bare = await openSandbox({ force: 'none', scratch });
    expect([bare.level, bare.enforcement.net, bare.enforcement.filesystem]).toEqual(['none', 'declared', 'declared']);
  });

  it('translates paths of mounts for a job without a sandbox', async () => {
    const bare = await openSandbox({ force: 'none', scratch });
    const data = join(scratch, 'data');
    mkdirSync(data);
    writeFileSync(join(data, 'f'), 'given');
    const script = "process.stdout.write(require('node:fs').readFileSync(process.argv[2]))";
    const job = scriptJob(scratch, script, {
      args: ['/data/f'],
      mounts: [{ from: data, to: '/data', access: 'read' }],
    });
    const { end } = await bare.run(job, new AbortController().signal);
    expect([end, readFileSync(job.stdout, 'utf8')]).toEqual([{ kind: 'exited', exitCode: 0 }, 'given']);
  });

  it('reports on the host', async () => {
    const host = await probeHost();
    expect(host.level).toBe(host.levels.find(({ works }) => works)?.level);
    if (host.level === undefined) expect(host.obstacles).not.toEqual([]);
  });
});
