import { describe, expect, it } from 'vitest';
import { runPredicateJsonSchema, scanPredicateJsonSchema } from '../../src/core/attest/schemas.js';
import { profileJsonSchema } from '../../src/core/plan/profile.js';
import { toolJsonSchema } from '../../src/core/plan/tool.js';
import { policyJsonSchema } from '../../src/core/policy/policy.js';
import { waiversJsonSchema } from '../../src/core/waivers/entry.js';

describe('the JSON Schemas for editors (update with `npx vitest run test/docs/schemas -u`)', () => {
  it.each([
    ['policy', policyJsonSchema],
    ['tool', toolJsonSchema],
    ['profile', profileJsonSchema],
    ['scan.predicate', scanPredicateJsonSchema],
    ['run.predicate', runPredicateJsonSchema],
    ['waivers', waiversJsonSchema],
  ])('%s', async (name, make) => {
    await expect(`${JSON.stringify(make(), null, 2)}\n`).toMatchFileSnapshot(`../../schema/${name}.schema.json`);
  });
});
