import { astGrepTool } from '../../src/workers/ast-grep/tool.js';
import { runWorker } from '../../src/workers/lib/run.js';

await runWorker(astGrepTool());
