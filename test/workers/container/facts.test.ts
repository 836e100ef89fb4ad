import { describe, expect, it } from 'vitest';
import { containerFacts, interfacesIn, tmpfsBytesIn } from '../../../src/workers/container/facts.js';

const HEADINGS = 'Inter-|   Receive\n face |bytes    packets\n';

describe('what the agent sees of its container', () => {
  it('names every network interface besides the loopback, with or without blanks', () => {
    expect(interfacesIn(`${HEADINGS}    lo:       0 0\n  eth0: 1 2\nlo2:3 4\n`)).toEqual(['eth0', 'lo2']);
    expect(interfacesIn(`${HEADINGS}    lo:       0 0\n`)).toEqual([]);
  });

  it('knows the size of /tmp only from a tmpfs that is mounted there and says it', () => {
    const lines = 'overlay / overlay rw 0 0\ntmpfs /dev/shm tmpfs rw,size=65536k 0 0\n';
    expect(tmpfsBytesIn(lines, '/tmp')).toBeNull();
    expect(tmpfsBytesIn(`${lines}tmpfs /tmp tmpfs rw,nosuid 0 0\n`, '/tmp')).toBeNull();
    expect(tmpfsBytesIn(`${lines}/dev/vda /tmp ext4 rw,size=8192k 0 0\n`, '/tmp')).toBeNull();
    expect(tmpfsBytesIn(`${lines}tmpfs /tmp tmpfs rw,nosuid,relatime,size=8192k 0 0\n`, '/tmp')).toBe(8 << 20);
    expect(tmpfsBytesIn(lines, '/dev/shm')).toBe(64 << 20);
  });

  it('knows the size of what lies on top', () => {
    const lines = 'shm /dev/shm tmpfs rw,size=65536k 0 0\ntmpfs /dev/shm tmpfs rw,size=8192k 0 0\n';
    expect(tmpfsBytesIn(lines, '/dev/shm')).toBe(8 << 20);
  });

  it.skipIf(process.platform !== 'linux')('reads them from /proc', async () => {
    expect((await containerFacts()).programs['node']?.version).toBe(process.versions.node);
  });
});
