/** What a jail's filter needs to know of an architecture. */
export interface SyscallTable {
  /** AUDIT_ARCH_* of linux/audit.h. */
  audit: number;
  /** Numbers from here on belong to another ABI of the same architecture (x32: __X32_SYSCALL_BIT); absent when there is none. */
  foreignFrom?: number;
  clone: number;
  clone3: number;
  socket: number;
  /** Always refused. */
  denied: readonly number[];
}

/** Same numbers on both architectures: asm-generic/unistd.h and x86 syscall_64.tbl agree from 424 on. */
const COMMON = {
  io_uring_setup: 425,
  io_uring_enter: 426,
  io_uring_register: 427,
  open_tree: 428,
  move_mount: 429,
  fsopen: 430,
  fsconfig: 431,
  fsmount: 432,
  fspick: 433,
  pidfd_getfd: 438,
  process_madvise: 440,
  mount_setattr: 442,
};
const CLONE3 = 435;

/** arch/x86/entry/syscalls/syscall_64.tbl of Linux, as in asm/unistd_64.h. */
export const X86_64 = {
  mount: 165,
  umount2: 166,
  pivot_root: 155,
  chroot: 161,
  unshare: 272,
  setns: 308,
  ptrace: 101,
  process_vm_readv: 310,
  process_vm_writev: 311,
  kcmp: 312,
  keyctl: 250,
  add_key: 248,
  request_key: 249,
  bpf: 321,
  perf_event_open: 298,
  userfaultfd: 323,
  kexec_load: 246,
  kexec_file_load: 320,
  init_module: 175,
  delete_module: 176,
  finit_module: 313,
  open_by_handle_at: 304,
  fanotify_init: 300,
  swapon: 167,
  swapoff: 168,
  reboot: 169,
  acct: 163,
  quotactl: 179,
  syslog: 103,
  ...COMMON,
} as const;

/** include/uapi/asm-generic/unistd.h of Linux, which arm64 uses. */
export const AARCH64 = {
  mount: 40,
  umount2: 39,
  pivot_root: 41,
  chroot: 51,
  unshare: 97,
  setns: 268,
  ptrace: 117,
  process_vm_readv: 270,
  process_vm_writev: 271,
  kcmp: 272,
  keyctl: 219,
  add_key: 217,
  request_key: 218,
  bpf: 280,
  perf_event_open: 241,
  userfaultfd: 282,
  kexec_load: 104,
  kexec_file_load: 294,
  init_module: 105,
  delete_module: 106,
  finit_module: 273,
  open_by_handle_at: 265,
  fanotify_init: 262,
  swapon: 224,
  swapoff: 225,
  reboot: 142,
  acct: 89,
  quotactl: 60,
  syslog: 116,
  ...COMMON,
} as const;

const TABLES: Partial<Record<string, SyscallTable>> = {
  x64: {
    audit: 0xc000003e,
    foreignFrom: 0x40000000,
    clone: 56,
    clone3: CLONE3,
    socket: 41,
    denied: Object.values(X86_64),
  },
  arm64: { audit: 0xc00000b7, clone: 220, clone3: CLONE3, socket: 198, denied: Object.values(AARCH64) },
};

/** The table for one of Node's `process.arch` names; undefined where no filter is known. */
export const syscallTable = (arch: string): SyscallTable | undefined => TABLES[arch];
