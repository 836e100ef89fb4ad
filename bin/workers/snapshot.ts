import { takeSource } from '../../src/workers/snapshot/take.js';

await takeSource();
