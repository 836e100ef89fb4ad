import { readFileSync } from 'node:fs';

/** One mount of the host: its mount point and its per-mount options. */
export interface HostMount {
  at: string;
  options: readonly string[];
}

/** Options that a user namespace may not take off a mount it inherited (mount_namespaces(7)). */
const LOCKED = ['noexec', 'noatime', 'nodiratime', 'relatime', 'strictatime'];

/** Mounts of this process by proc_pid_mountinfo(5), in the order they were made. */
export function hostMounts(text = readFileSync('/proc/self/mountinfo', 'utf8')): HostMount[] {
  return text.split('\n').flatMap((line) => {
    const [, , , , at, options] = line.split(' ');
    return at === undefined || options === undefined ? [] : [{ at: unescapeField(at), options: options.split(',') }];
  });
}

/** Options that a bind of `path` must keep. The last mount of the longest mount point is the one that is seen. */
export function lockedOptions(path: string, mounts: readonly HostMount[]): string[] {
  let covering: HostMount | undefined;
  for (const mount of mounts) {
    const covers = mount.at === '/' || isWithin(path, mount.at);
    if (covers && mount.at.length >= (covering?.at.length ?? 0)) covering = mount;
  }
  return LOCKED.filter((option) => covering?.options.includes(option));
}

/** A field of fstab(5): blanks and backslashes in octal. */
export const escapeField = (text: string): string =>
  text.replace(/[\s\\#]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`);

const unescapeField = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

/** True when `path` is `folder` or below it. */
export const isWithin = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`);
