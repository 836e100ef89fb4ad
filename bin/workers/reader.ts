import { readReport } from '../../src/workers/reader/read.js';

readReport();
