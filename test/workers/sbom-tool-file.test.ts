import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { LOCKFILES } from '../../src/workers/sbom/formats.js';

describe('tools/sbom-lockfiles.yaml', () => {
  it('is given exactly the lockfiles that its worker knows', () => {
    const tool = parse(readFileSync('tools/sbom-lockfiles.yaml', 'utf8'));
    expect(tool.appliesTo.files).toEqual(LOCKFILES);
  });
});
