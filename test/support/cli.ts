import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { execa } from 'execa';

const BIN = join(process.cwd(), 'bin', 'security-scan.js');

/** Runs the built command line as a user would; never throws for its exit code. */
export const cli = (args: string[], options: { cwd?: string; env?: Record<string, string> } = {}) =>
  execa(process.execPath, [BIN, ...args], { reject: false, ...options, env: { NO_COLOR: '1', ...options.env } });

/** Starts the built command line and leaves it running. */
export const startCli = (args: string[]) =>
  execa(process.execPath, [BIN, ...args], { reject: false, env: { NO_COLOR: '1' } });

/** A git repository with one commit of what the folder holds. */
export function commitAll(folder: string): string {
  const git = (...args: string[]) =>
    execFileSync(
      'git',
      ['-c', 'user.name=t', '-c', 'user.email=t@example.org', '-c', 'commit.gpgsign=false', ...args],
      {
        cwd: folder,
        env: {
          PATH: '/usr/bin:/bin',
          GIT_CONFIG_GLOBAL: '/dev/null',
          GIT_CONFIG_NOSYSTEM: '1',
          GIT_COMMITTER_DATE: '2026-01-02T03:04:05Z',
          GIT_AUTHOR_DATE: '2026-01-02T03:04:05Z',
        },
      },
    )
      .toString()
      .trim();
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all', '--force');
  git('commit', '--quiet', '--message', 'all');
  return git('rev-parse', 'HEAD');
}
