import { existsSync } from 'node:fs';
import { startedAsRoot } from './identity.js';
import type { SandboxLevel } from './job.js';
import { kernelText } from './kernel-text.js';
import { missingPrograms, NAMESPACE_PROGRAMS } from './programs.js';

/** What a level does on this host. */
export interface LevelReport {
  level: SandboxLevel;
  works: boolean;
  /** Why it does not. */
  reason?: string;
}

/** Something that weakens the sandbox here, and what to do about it. */
export interface Obstacle {
  id:
    | 'windows'
    | 'platform'
    | 'macos'
    | 'bubblewrap'
    | 'util-linux'
    | 'apparmor'
    | 'user-namespaces'
    | 'container'
    | 'cgroups';
  what: string;
  remedy: string;
}

/** The facts that obstacles are derived from; read apart from the judgement, so that each host can be tested. */
export interface HostFacts {
  platform: string;
  root: boolean;
  missing: readonly string[];
  /** kernel.apparmor_restrict_unprivileged_userns (Ubuntu 23.10 and later). */
  apparmorRestricted: boolean;
  /** user.max_user_namespaces or kernel.unprivileged_userns_clone is 0. */
  userNamespacesOff: boolean;
  container: boolean;
  /** CAP_SYS_ADMIN is effective. */
  systemAdministrator: boolean;
}

export function obstaclesHere(levels: readonly LevelReport[]): Obstacle[] {
  return obstacles(process.platform === 'linux' ? linuxFacts() : otherFacts(), levels);
}

/** Each obstacle with its remedy, the most fundamental first. */
export function obstacles(facts: HostFacts, levels: readonly LevelReport[]): Obstacle[] {
  if (facts.platform !== 'linux') return [otherPlatform(facts.platform)];
  const works = (level: SandboxLevel) => levels.some((report) => report.level === level && report.works);
  if (works('bubblewrap')) return [];
  return [...missing(facts), ...(works('namespaces') ? [] : blocked(facts))];
}

function missing({ missing }: HostFacts): Obstacle[] {
  const utilLinux = missing.filter((name) => name !== 'bwrap');
  return [
    ...(missing.includes('bwrap')
      ? [
          obstacle(
            'bubblewrap',
            'bubblewrap is not installed',
            'install the package `bubblewrap` (0.8 or later): it adds a system call filter',
          ),
        ]
      : []),
    ...(utilLinux.length > 0
      ? [
          obstacle(
            'util-linux',
            `programs are missing: ${utilLinux.join(', ')}`,
            'install the package `util-linux` (2.38 or later) and `coreutils`',
          ),
        ]
      : []),
  ];
}

function blocked(facts: HostFacts): Obstacle[] {
  const found: Obstacle[] = [];
  if (facts.apparmorRestricted && !facts.root) {
    found.push(
      obstacle(
        'apparmor',
        'AppArmor forbids user namespaces to ordinary programs (kernel.apparmor_restrict_unprivileged_userns=1)',
        'load an AppArmor profile that gives bwrap `userns`, run as root, or `sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`',
      ),
    );
  }
  if (facts.userNamespacesOff && !facts.root) {
    found.push(
      obstacle(
        'user-namespaces',
        'this kernel has user namespaces turned off',
        '`sysctl -w user.max_user_namespaces=15000` (and kernel.unprivileged_userns_clone=1 where it exists), or run as root',
      ),
    );
  }
  if (facts.container && !(facts.root && facts.systemAdministrator)) {
    found.push(
      obstacle(
        'container',
        'this container forbids namespaces and mounts (seccomp, no CAP_SYS_ADMIN)',
        'start it with `--security-opt seccomp=unconfined --security-opt apparmor=unconfined --cap-add SYS_ADMIN`, or use `--runtime dagger`',
      ),
    );
  }
  return found;
}

function otherPlatform(platform: string): Obstacle {
  if (platform === 'darwin') {
    return obstacle(
      'macos',
      'macOS has Seatbelt only: no memory, process or mount limits',
      'use `--runtime dagger` for a full sandbox, or a policy with the minimum `seatbelt`',
    );
  }
  const id = platform === 'win32' ? 'windows' : 'platform';
  return obstacle(id, `there is no sandbox for ${platform}`, 'use `--runtime dagger`');
}

const obstacle = (id: Obstacle['id'], what: string, remedy: string): Obstacle => ({ id, what, remedy });

function linuxFacts(): HostFacts {
  return {
    platform: 'linux',
    root: startedAsRoot(),
    missing: missingPrograms(['bwrap', ...NAMESPACE_PROGRAMS]),
    apparmorRestricted: setting('/proc/sys/kernel/apparmor_restrict_unprivileged_userns') === '1',
    userNamespacesOff:
      setting('/proc/sys/user/max_user_namespaces') === '0' ||
      setting('/proc/sys/kernel/unprivileged_userns_clone') === '0',
    container: existsSync('/.dockerenv') || existsSync('/run/.containerenv'),
    systemAdministrator: hasSystemAdministrator(setting('/proc/self/status')),
  };
}

const otherFacts = (): HostFacts => ({
  platform: process.platform,
  root: false,
  missing: [],
  apparmorRestricted: false,
  userNamespacesOff: false,
  container: false,
  systemAdministrator: false,
});

/** Bit 21 of CapEff (capabilities(7), proc_pid_status(5)). */
function hasSystemAdministrator(status: string): boolean {
  const effective = /^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0';
  return ((BigInt(`0x${effective}`) >> 21n) & 1n) === 1n;
}

const setting = (path: string): string => kernelText(path).trim();
