import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configSchema } from '../../src/workers/licenses/config.js';
import { DECLARING } from '../../src/workers/licenses/formats.js';

describe('tools/licenses.yaml', () => {
  const tool = parse(readFileSync('tools/licenses.yaml', 'utf8'));

  it('is given exactly the files that its worker knows', () => {
    expect(tool.appliesTo.files).toEqual(DECLARING);
  });

  it('writes out what holds without configuration', () => {
    expect(configSchema.parse(tool.config)).toEqual(configSchema.parse({}));
  });
});
