import { connectDagger } from '../../../../src/cli/dagger.js';
import type { Job } from '../../../../src/core/lib/sandbox/job.js';
import { openDaggerSandbox } from '../../../../src/core/runtime/dagger/open.js';

/** Runs one job on an engine and nothing else, to be killed meanwhile. */
const [, scratch = '', job = ''] = process.argv.slice(2);
const image = process.env['DAGGER_TEST_IMAGE'] ?? '';
const agent = process.env['DAGGER_TEST_AGENT'] ?? '';
const engine = await connectDagger({ scratch, inputs: [], fixed: [agent, '/tmp'] });
const sandbox = await openDaggerSandbox(engine, { image, agent, scratch, cache: false });
await sandbox.run(JSON.parse(job) as Job, new AbortController().signal);
await engine.stop();
