import type { Job, SandboxLevel } from '../../../../src/core/lib/sandbox/job.js';
import { openSandbox } from '../../../../src/core/lib/sandbox/open.js';

/** Runs one job and nothing else, to be killed meanwhile. */
const [level, scratch = '', job = ''] = process.argv.slice(2);
const sandbox = await openSandbox({ force: level as SandboxLevel, scratch });
await sandbox.run(JSON.parse(job) as Job, new AbortController().signal);
