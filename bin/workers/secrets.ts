import { runWorker } from '../../src/workers/lib/run.js';
import { secrets } from '../../src/workers/secrets/tool.js';

await runWorker(secrets);
