import { runWorker } from '../../src/workers/lib/run.js';
import { endOnPackError, privacy } from '../../src/workers/privacy/tool.js';

await runWorker(privacy).catch(endOnPackError);
