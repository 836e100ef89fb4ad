import { spawnSync } from 'node:child_process';

/** `12m3.456s` of bash's `times`, in seconds. */
const seconds = (text) => {
  const [, minutes, rest] = /^(\d+)m([\d.]+)s$/.exec(text) ?? [];
  return Number(minutes) * 60 + Number(rest);
};

/** Runs a command, and tells wall and the CPU of it and of all its children, in seconds, its exit code and its outputs. */
export function timed(command, args, options = {}) {
  const began = performance.now();
  const script = '"$@"; code=$?; times >&2; exit $code';
  const ended = spawnSync('bash', ['-c', script, 'bash', command, ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    ...options,
  });
  const wall = (performance.now() - began) / 1000;
  const [user, system] = ended.stderr.trimEnd().split('\n').at(-1).split(' ').map(seconds);
  return { wall, cpu: user + system, code: ended.status, stdout: ended.stdout, stderr: ended.stderr };
}
