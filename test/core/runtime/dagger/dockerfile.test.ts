import { describe, expect, it } from 'vitest';
import type { ContainerOrder } from '../../../../src/core/lib/sandbox/container.js';
import { dockerfile, mountPointProblem } from '../../../../src/core/runtime/dagger/dockerfile.js';

const order: ContainerOrder = {
  nonce: 'n',
  id: 'x',
  substrate: 'node',
  args: ['--evil\nRUN x', '$(x)'],
  programs: [],
  env: { A: '\nRUN x' },
  cwd: '/',
  limits: {
    memoryBytes: 1,
    cpuSeconds: 1,
    wallSeconds: 1,
    pids: 1,
    outputBytes: 1,
    logBytes: 1,
    tmpBytes: 8_388_608.5,
  },
  reads: ['/src', '/tool'],
  writes: [
    { at: '/out', given: false, stays: false },
    { at: '/more', given: true, stays: true },
  ],
  stdin: false,
  uid: null,
};

describe('mount points of a container', () => {
  it.each(['/a,readonly=false', '/a b', '/a\nRUN x', '/$HOME', '/certus', '/certus/left', 'a', '/', '/a//b', '/"a"'])(
    'may not need quoting or be the agent’s: %j',
    (point) => {
      expect(mountPointProblem(['/src', point])).toContain(JSON.stringify(point));
    },
  );

  it('may be those that steps have', () => {
    expect(mountPointProblem(['/src/general', '/assets/privacy-pack', '/src/history.git', '/certusx'])).toBeUndefined();
  });
});

describe('the build file of a job', () => {
  it('has one step, without a network, as the agent, and nothing of the job’s own words', () => {
    expect(dockerfile('r/base@sha256:0', order, ['read/0/src', 'read/1']).split('\n')).toEqual([
      'FROM r/base@sha256:0',
      'USER 0:0',
      'WORKDIR /',
      [
        'RUN --network=none',
        '--mount=type=bind,source=agent,target=/certus/agent',
        '--mount=type=bind,source=in,target=/certus/in',
        '--mount=type=bind,source=read/0/src,target=/src',
        '--mount=type=bind,source=read/1,target=/tool',
        '--mount=type=bind,source=given/1,target=/certus/given/1',
        '--mount=type=tmpfs,target=/tmp,size=8388608',
        '--mount=type=tmpfs,target=/dev/shm,size=8388608',
        '["node","/certus/agent/worker.mjs"]',
      ].join(' '),
      '',
    ]);
  });
});
