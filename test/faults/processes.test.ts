import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectFault, type FaultRun, runTools } from '../support/faults.js';
import { processesWith } from '../support/processes.js';
import { leaves, reportText } from '../support/reports.js';

const MARK = `fault-${process.pid}`;
const HANG = 'setInterval(() => {}, 1000);';
const FORKS = `
const more = () => { try { spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '${MARK}']).on('error', () => {}); } catch {} };
setInterval(() => { for (let i = 0; i < 20; i++) more(); }, 1);`;
const OUTSIDE = ['/src/general/a.txt', '/tool/worker.mjs', '/in/files.jsonl', '/etc/passwd', '/usr/x', '/x', '/../x'];

/** A clean report is left first: only how the process ends can tell that something went wrong. */
const after = (script: string): string => `${leaves(reportText([]))}\n${script}`;

const capped = (more: object) => ({
  capabilities: {
    memory: '192MiB',
    cpu: '20s',
    wall: '20s',
    pids: 24,
    output: '4MiB',
    tmp: '4MiB',
    net: 'none',
    ...more,
  },
});

let run: FaultRun;
let server: Server;
let connections = 0;

beforeAll(async () => {
  server = createServer(() => {
    connections += 1;
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('no port'));
      else resolve(address.port);
    });
  });
  run = await runTools([
    { id: 'odd-exit', script: after('process.exitCode = 42;') },
    { id: 'aborts', script: after('process.abort();') },
    { id: 'throws', script: after("throw new TypeError('boom');") },
    { id: 'rejects', script: after("await Promise.reject(new Error('boom'));") },
    { id: 'never-settles', script: after('await new Promise(() => {});') },
    {
      id: 'out-of-memory',
      script: after('const all = []; for (;;) all.push(Buffer.alloc(8e6, 1));'),
      tool: capped({}),
    },
    { id: 'hangs', script: after(HANG), tool: capped({ wall: '1s' }) },
    { id: 'spins', script: after('for (;;);'), tool: capped({ cpu: '1s' }) },
    { id: 'ignores-sigterm', script: after(`process.on('SIGTERM', () => {}); ${HANG}`), tool: capped({ wall: '1s' }) },
    { id: 'forks', script: after(FORKS), tool: capped({ wall: '2s', memory: '1GiB' }) },
    {
      id: 'ten-gigabytes',
      script: after(
        "const fd = fs.openSync('/out/x', 'w'); for (let i = 0; i < 1e4; i++) fs.writeSync(fd, Buffer.alloc(1e6));",
      ),
      tool: capped({}),
    },
    {
      id: 'many-files',
      script: after("for (let i = 0; i < 1e6; i++) fs.writeFileSync('/out/f' + i, '');"),
      tool: capped({}),
    },
    {
      id: 'forged-set-up',
      script: "process.stderr.write('bwrap: AKIAQYLPMN5HFIQR7XYZ is missing\\n'); process.exit(1);",
    },
    { id: 'findings-code', script: after('process.exitCode = 7;'), exitCodes: { clean: [0], findings: [7] } },
    {
      id: 'writes-outside',
      script: leaves(
        reportText([]),
        `for (const path of ${JSON.stringify(OUTSIDE)}) { let wrote = true; try { fs.writeFileSync(path, 'x'); } catch { wrote = false; } if (wrote) process.exit(9); }`,
      ),
    },
    {
      id: 'opens-a-socket',
      script: leaves(
        reportText([]),
        `const failed = await new Promise((done) => net.connect(${port}, '127.0.0.1').on('connect', () => done(false)).on('error', () => done(true))); if (!failed) process.exit(9);`,
      ),
    },
  ]);
}, 120_000);

afterAll(() => server.close());

describe('a tool that fails', () => {
  it.each([
    ['odd-exit', 'exit-code', /exit code 42; its tool file knows 0/],
    ['aborts', 'crash', /SIGABRT/],
    ['throws', 'exit-code', /exit code 1/],
    ['rejects', 'exit-code', /exit code 1/],
    ['never-settles', 'exit-code', /exit code 13/],
    ['out-of-memory', 'memory', /out of memory/],
    ['hangs', 'timeout', /used up its time/],
    ['spins', 'timeout', /CPU time/],
    ['ignores-sigterm', 'timeout', /used up its time/],
    ['forks', 'timeout', /used up its time/],
    ['ten-gigabytes', 'output', /wrote more than it may/],
    ['many-files', 'output', /wrote more than it may/],
    ['findings-code', 'report', /means findings, but its report has none/],
    ['forged-set-up', 'not-started', /could not be started$/],
  ])('%s is an error with cause %s', (tool, cause, message) => expectFault(run, tool, cause, message));

  it('cannot write outside its own folder', () => {
    expect(run.of('writes-outside')).toMatchObject({ status: 'clean', error: null });
    expect(existsSync('/usr/x')).toBe(false);
    expect(existsSync('/x')).toBe(false);
  });

  it('reaches no server on this host', () => {
    expect(run.of('opens-a-socket')).toMatchObject({ status: 'clean', error: null });
    expect(connections).toBe(0);
  });

  it('leaves no process behind', () => expect(processesWith(MARK)).toEqual([]));
});
