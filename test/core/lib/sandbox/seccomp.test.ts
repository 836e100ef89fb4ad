import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seccompFilter } from '../../../../src/core/lib/sandbox/seccomp.js';
import { AARCH64, type SyscallTable, syscallTable, X86_64 } from '../../../../src/core/lib/sandbox/syscalls.js';

const KILL = 0x80000000;
const ALLOW = 0x7fff0000;
const EPERM = 0x00050001;
const ENOSYS = 0x00050026;
const AF_UNIX = 1;
const AF_INET = 2;
const CLONE_NEWUSER = 0x10000000;

/** Runs a filter as the kernel does: an interpreter of the few classic BPF instructions that seccomp filters use. */
function verdict(filter: Buffer, call: { nr: number; arch: number; first?: number }): number {
  const data = new Map([
    [0, call.nr],
    [4, call.arch],
    [16, call.first ?? 0],
  ]);
  let accumulator = 0;
  for (let at = 0; at < filter.length / 8; at += 1) {
    const [code, jt, jf, k] = [
      filter.readUInt16LE(at * 8),
      filter.readUInt8(at * 8 + 2),
      filter.readUInt8(at * 8 + 3),
      filter.readUInt32LE(at * 8 + 4),
    ];
    if (code === 0x06) return k;
    if (code === 0x20) accumulator = data.get(k) ?? Number.NaN;
    else if (code === 0x15) at += accumulator === k ? jt : jf;
    else if (code === 0x35) at += accumulator >= k ? jt : jf;
    else if (code === 0x45) at += (accumulator & k) !== 0 ? jt : jf;
    else throw new Error(`unknown instruction ${code}`);
  }
  throw new Error('ran off the end');
}

function tableOf(arch: string): SyscallTable {
  const table = syscallTable(arch);
  if (table === undefined) throw new Error(arch);
  return table;
}

describe.each([
  { arch: 'x64', denied: X86_64, clone: 56, socket: 41, allowed: [0, 1, 9, 59, 231, 53] },
  { arch: 'arm64', denied: AARCH64, clone: 220, socket: 198, allowed: [63, 64, 222, 221, 94, 199] },
])('the filter for $arch', ({ arch, denied, clone, socket, allowed }) => {
  const table = tableOf(arch);
  const filter = seccompFilter(table);
  const call = (nr: number, first = 0) => verdict(filter, { nr, arch: table.audit, first });

  it('kills calls of another architecture, whatever their number', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 500 }), (nr) => verdict(filter, { nr, arch: 0x40000003 }) === KILL),
    );
  });

  it.each(Object.entries(denied))('refuses %s', (_, nr) => {
    expect(call(nr)).toBe(EPERM);
  });

  it('refuses new user namespaces and hides clone3', () => {
    expect(call(clone, CLONE_NEWUSER | 17)).toBe(EPERM);
    expect(call(clone, 0x01200011)).toBe(ALLOW);
    expect(call(435)).toBe(ENOSYS);
  });

  it('refuses every socket but a local one', () => {
    expect(call(socket, AF_UNIX)).toBe(ALLOW);
    expect(call(socket, AF_INET)).toBe(EPERM);
    fc.assert(fc.property(fc.integer({ min: 2, max: 0x7fffffff }), (family) => call(socket, family) === EPERM));
  });

  it('lets ordinary calls pass', () => {
    for (const nr of allowed) expect(call(nr)).toBe(ALLOW);
  });
});

it('kills calls of the x32 ABI', () => {
  const table = tableOf('x64');
  expect(verdict(seccompFilter(table), { nr: 0x40000000 + 1, arch: table.audit })).toBe(KILL);
});

it('has no table for other processors', () => {
  expect(syscallTable('riscv64')).toBeUndefined();
});

describe.each([
  { header: '/usr/include/x86_64-linux-gnu/asm/unistd_64.h', numbers: X86_64 },
  { header: '/usr/include/asm-generic/unistd.h', numbers: AARCH64 },
])('numbers against $header', ({ header, numbers }) => {
  it.skipIf(!existsSync(header))('agree (skipped where the kernel headers are not installed)', () => {
    const text = readFileSync(header, 'utf8');
    for (const [name, nr] of Object.entries(numbers)) {
      expect(text, name).toMatch(new RegExp(`__NR3?\\w*_${name}\\s+${nr}\\b`));
    }
  });
});
