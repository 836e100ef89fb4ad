import { runOrder } from '../../src/workers/container/run.js';

await runOrder();
