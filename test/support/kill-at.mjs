// Preload (`node --import`): ends the process by SIGKILL at the Nth call that changes the disk (KILL_AT), without a word.
// A write that is interrupted leaves half of its bytes.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const last = Number(process.env.KILL_AT ?? Infinity);
const write = fs.writeSync;
let calls = 0;

/** Whether this is the call at which the process ends. */
function isDue() {
  calls += 1;
  return calls === last;
}

function end(fd, data) {
  if (typeof fd === 'number' && data !== undefined) {
    const bytes = Buffer.from(data);
    if (bytes.length > 1) write(fd, bytes, 0, bytes.length >> 1);
  }
  process.kill(process.pid, 'SIGKILL');
}

/** Calls that change nothing are not counted. */
const changes = (name, args) => name !== 'open' && name !== 'openSync' ? true : /[wa]/.test(String(args[1] ?? 'r'));

function watch(object, name, descriptorOf) {
  const original = object[name];
  object[name] = function (...args) {
    if (changes(name, args) && isDue()) {
      const [fd, data] = descriptorOf(this, args);
      end(fd, data);
    }
    return original.apply(this, args);
  };
}

const nothing = () => [];
for (const name of ['open', 'link', 'rename', 'symlink', 'rm', 'unlink', 'mkdir', 'writeFile']) watch(fs.promises, name, nothing);
for (const name of ['openSync', 'fsyncSync']) watch(fs, name, nothing);
watch(fs, 'writeFileSync', (_, [fd, data]) => [fd, data]);

const probe = await fs.promises.open('/dev/null');
const handle = Object.getPrototypeOf(probe);
await probe.close();
watch(handle, 'writeFile', (self, [data]) => [self.fd, data]);
watch(handle, 'sync', nothing);
calls = 0;
syncBuiltinESMExports();
