import { runWorker } from '../../src/workers/lib/run.js';
import { ruffTool } from '../../src/workers/ruff/tool.js';

await runWorker(ruffTool());
