import { cycloneDxStatement, spdxStatement } from './predicates/sbom.js';
import { testResult } from './predicates/test-result.js';
import { vexStatement } from './predicates/vex.js';
import { vsa } from './predicates/vsa.js';
import type { Statement, StatementFacts } from './statement.js';

/** One kind of statement under `attestations/`. `make` is a function of the evidence alone: `verify` calls it again. */
export interface Attestation {
  /** Of the file: `attestations/<name>.intoto.json`. */
  name: string;
  /** Undefined when the evidence has nothing to state of this kind. */
  make: (facts: StatementFacts) => Statement<unknown> | undefined | Promise<Statement<unknown> | undefined>;
}

/** Every statement beside the scan statement, sorted by name. */
export const ATTESTATIONS: readonly Attestation[] = [
  { name: 'openvex', make: vexStatement },
  { name: 'sbom-cyclonedx', make: cycloneDxStatement },
  { name: 'sbom-spdx', make: spdxStatement },
  { name: 'test-result', make: testResult },
  { name: 'vsa', make: vsa },
];

export const attestationPath = (name: string): string => `attestations/${name}.intoto.json`;
