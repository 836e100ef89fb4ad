import type { SyscallTable } from './syscalls.js';

/**
 * A classic BPF program for seccomp: what a scanner never needs and a jail-breaker does is refused.
 * Instruction layout: linux/filter.h (`struct sock_filter`: u16 code, u8 jt, u8 jf, u32 k).
 * Input layout: linux/seccomp.h (`struct seccomp_data`: nr at 0, arch at 4, args from 16, low word first on these two architectures).
 */
export function seccompFilter(table: SyscallTable): Buffer {
  const foreign = table.foreignFrom === undefined ? [] : unless(AT_LEAST, table.foreignFrom, KILL);
  return assemble([
    load(ARCH_OFFSET),
    ...whenNot(table.audit, KILL),
    load(NUMBER_OFFSET),
    ...foreign,
    ...unless(EQUALS, table.clone3, errno(ENOSYS)),
    ...table.denied.flatMap((number) => unless(EQUALS, number, errno(EPERM))),
    ...onlyWhen(table.clone, [load(FIRST_ARGUMENT), ...unless(ANY_BIT, CLONE_NEWUSER, errno(EPERM)), ALLOW]),
    ...onlyWhen(table.socket, [load(FIRST_ARGUMENT), ...whenNot(AF_UNIX, errno(EPERM)), ALLOW]),
    ALLOW,
  ]);
}

interface Instruction {
  code: number;
  k: number;
  /** Instructions skipped when the condition is true, and when it is false. */
  jt?: number;
  jf?: number;
}

const NUMBER_OFFSET = 0;
const ARCH_OFFSET = 4;
const FIRST_ARGUMENT = 16;

/** BPF_LD|BPF_W|BPF_ABS, BPF_JMP|BPF_J{EQ,GE,SET}|BPF_K, BPF_RET|BPF_K of linux/bpf_common.h. */
const LOAD = 0x20;
const EQUALS = 0x15;
const AT_LEAST = 0x35;
const ANY_BIT = 0x45;
const RETURN = 0x06;

/** SECCOMP_RET_* of linux/seccomp.h; errno numbers of asm-generic/errno*.h. */
const KILL: Instruction = { code: RETURN, k: 0x80000000 };
const ALLOW: Instruction = { code: RETURN, k: 0x7fff0000 };
const errno = (number: number): Instruction => ({ code: RETURN, k: 0x00050000 | number });
const EPERM = 1;
/** glibc falls back from clone3, whose flags a filter cannot read, to clone. */
const ENOSYS = 38;

const CLONE_NEWUSER = 0x10000000;
const AF_UNIX = 1;

const load = (k: number): Instruction => ({ code: LOAD, k });
const unless = (code: number, k: number, action: Instruction): Instruction[] => [{ code, k, jf: 1 }, action];
const whenNot = (k: number, action: Instruction): Instruction[] => [{ code: EQUALS, k, jt: 1 }, action];
const onlyWhen = (number: number, body: Instruction[]): Instruction[] => [
  { code: EQUALS, k: number, jf: body.length },
  ...body,
];

function assemble(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8);
  program.forEach(({ code, k, jt = 0, jf = 0 }, index) => {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(jt, index * 8 + 2);
    bytes.writeUInt8(jf, index * 8 + 3);
    bytes.writeUInt32LE(k >>> 0, index * 8 + 4);
  });
  return bytes;
}
