import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SandboxLevel } from '../../../../src/core/lib/sandbox/job.js';
import { runSuite } from './suite.js';

/** The suite as a program, so that it can run as another user. */
const [level, folder = '', orchestrator = ''] = process.argv.slice(2);
const results = await runSuite(level as SandboxLevel, folder, orchestrator);
writeFileSync(join(folder, 'results.json'), JSON.stringify(results));
