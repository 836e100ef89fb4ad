import { describe, expect, it } from 'vitest';
import { type HostFacts, type LevelReport, obstacles } from '../../../../src/core/lib/sandbox/host.js';

const facts = (change: Partial<HostFacts>): HostFacts => ({
  platform: 'linux',
  root: false,
  missing: [],
  apparmorRestricted: false,
  userNamespacesOff: false,
  container: false,
  systemAdministrator: false,
  ...change,
});
const nothing: LevelReport[] = [
  { level: 'bubblewrap', works: false },
  { level: 'namespaces', works: false },
];
const ids = (change: Partial<HostFacts>, levels = nothing) => obstacles(facts(change), levels).map(({ id }) => id);

describe('obstacles of a host', () => {
  it.each<[string, Partial<HostFacts>, string[]]>([
    ['Windows', { platform: 'win32' }, ['windows']],
    ['macOS', { platform: 'darwin' }, ['macos']],
    ['another platform', { platform: 'freebsd' }, ['platform']],
    ["Ubuntu 24.04's rule", { apparmorRestricted: true }, ['apparmor']],
    ['user namespaces off', { userNamespacesOff: true }, ['user-namespaces']],
    ["Docker's default", { container: true, root: true }, ['container']],
    ['nothing installed', { missing: ['bwrap', 'mount'] }, ['bubblewrap', 'util-linux']],
  ])('%s', (_, change, expected) => {
    expect(ids(change)).toEqual(expected);
  });

  it('each have a remedy', () => {
    const all = obstacles(
      facts({ apparmorRestricted: true, userNamespacesOff: true, container: true, missing: ['bwrap', 'sh'] }),
      nothing,
    );
    expect(all).toHaveLength(5);
    for (const { remedy } of all) expect(remedy).not.toBe('');
    expect(obstacles(facts({ platform: 'win32' }), [])[0]?.remedy).toContain('--runtime dagger');
  });

  it('are none where bubblewrap works, and only bubblewrap itself where namespaces do', () => {
    expect(ids({ apparmorRestricted: true }, [{ level: 'bubblewrap', works: true }])).toEqual([]);
    const levels: LevelReport[] = [
      { level: 'bubblewrap', works: false },
      { level: 'namespaces', works: true },
    ];
    expect(ids({ missing: ['bwrap'], container: true }, levels)).toEqual(['bubblewrap']);
  });
});
