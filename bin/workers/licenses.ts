import { runWorker } from '../../src/workers/lib/run.js';
import { licensesTool } from '../../src/workers/licenses/tool.js';

await runWorker(licensesTool());
