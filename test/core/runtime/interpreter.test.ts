import { describe, expect, it } from 'vitest';
import { Fault } from '../../../src/core/lib/errors.js';
import type { Program } from '../../../src/core/plan/plan.js';
import { demandInterpreter } from '../../../src/core/runtime/interpreter.js';

const program = (interpreter: string | null): Program => ({
  from: 'store',
  files: 'a'.repeat(64),
  interpreter,
  entry: 'x',
  official: null,
});
const substrate = (version: string) => ({ python3: { path: '/usr/bin/python3', version } });

describe('the Python of a tool', () => {
  it.each(['3.1.1', '3.12.0', '3.110.0', 'unknown'])('must be of the locked minor version, not %s', (version) => {
    expect(() => demandInterpreter('bandit', program('python3.11'), substrate(version))).toThrow(Fault);
  });

  it('must be there', () => {
    expect(() => demandInterpreter('bandit', program('python3.11'), {})).toThrow(Fault);
  });

  it('is any patch of that version', () => {
    for (const version of ['3.11.2', '3.11.15', '3.11'])
      expect(() => demandInterpreter('bandit', program('python3.11'), substrate(version))).not.toThrow();
  });

  it('is nothing to tools without one', () => {
    for (const interpreter of ['node', null])
      expect(() => demandInterpreter('gitleaks', program(interpreter), {})).not.toThrow();
  });
});
