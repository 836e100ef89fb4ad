import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const FOLDER = 'examples/dagger';
const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const languages = readdirSync(FOLDER, { withFileTypes: true }).filter((entry) => entry.isDirectory());

describe('the modules in examples/dagger', () => {
  it.each(languages.map(({ name }) => name))('%s: is for the engine of this module, and depends on it', (language) => {
    const { name, engineVersion } = json('dagger.json');
    expect(json(join(FOLDER, language, 'dagger.json'))).toEqual({
      name: 'example',
      engineVersion,
      sdk: { source: language },
      dependencies: [{ name, source: '../../..' }],
    });
  });

  it('has a Go module whose versions are said: the engine takes the newest of what is not', () => {
    expect(readFileSync(join(FOLDER, 'go/go.mod'), 'utf8')).toMatch(/^\tgo\.opentelemetry\.io\/otel v\d/m);
  });
});
