/** The library: what the command line calls, for services that embed the scan. */
export { type BundleDiff, diffBundles } from './diff/diff.js';
export { openBundle } from './diff/open.js';
export { Fault, type Problem, Refusal } from './lib/errors.js';
export { loadPackageCatalog } from './package.js';
export type { Catalog } from './plan/catalog.js';
export type { Plan } from './plan/plan.js';
export { type Replay, type ReplayRequest, replay } from './replay.js';
export type { ScanEvent, ScanPorts } from './run.js';
export type { StepOutcome } from './runtime/outcome.js';
export { type ScanResult, scan } from './scan.js';
export type { ScanRequest } from './scan-request.js';
export type { Verdict } from './verdict/judge.js';
export { type Verification, type VerifyOptions, verifyBundle } from './verify/verify.js';
