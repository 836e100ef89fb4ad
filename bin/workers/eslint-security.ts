import { eslintTool } from '../../src/workers/eslint/tool.js';
import { runWorker } from '../../src/workers/lib/run.js';

await runWorker(eslintTool());
