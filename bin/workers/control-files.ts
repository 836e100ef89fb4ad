import { controlFiles } from '../../src/workers/control-files/tool.js';
import { runWorker } from '../../src/workers/lib/run.js';

await runWorker(controlFiles());
