import { runWorker } from '../../src/workers/lib/run.js';
import { sbomTool } from '../../src/workers/sbom/tool.js';

await runWorker(sbomTool());
