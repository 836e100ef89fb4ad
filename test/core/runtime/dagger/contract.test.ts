import { mkdirSync, mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { connectDagger } from '../../../../src/cli/dagger.js';
import type { Input } from '../../../../src/core/runtime/dagger/mirror.js';
import { openDaggerSandbox } from '../../../../src/core/runtime/dagger/open.js';
import { CASES, runCases } from '../../lib/sandbox/suite.js';
import { ENGINE_CASES } from './cases-engine.js';
import { ENGINE_MIRROR } from './cases-engine-mirror.js';
import { ENGINE_STAYS } from './cases-engine-stays.js';
import { ENGINE_WALLS } from './cases-engine-walls.js';
import type { EngineUse } from './engine.js';

/** Set both to run the contract on an engine: the SDK's own variable, and a base image by digest that it can pull. */
const image = process.env['DAGGER_TEST_IMAGE'] ?? '';
const engine = process.env['_EXPERIMENTAL_DAGGER_RUNNER_HOST'] ?? '';
const reason = engine === '' || image === '' ? ' (skipped: no engine, see docs/dagger.md)' : '';

const folder = mkdtempSync(join(tmpdir(), 'dagger-test-'));
const agent = join(folder, 'agent');

const orchestrator = join(folder, 'orchestrator.mjs');
const external = ['@dagger.io/dagger'];

const bundle = (entry: string, outfile: string) =>
  build({ entryPoints: [entry], outfile, external, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' });

const ON_ENGINE = [...ENGINE_CASES, ...ENGINE_STAYS, ...ENGINE_WALLS, ...ENGINE_MIRROR];

let sessions = 0;

async function inSession(
  place: string,
  cache: boolean,
  use: EngineUse,
  sending = { inputs: [] as readonly Input[], fixed: [folder] as readonly string[] },
): Promise<void> {
  const scratch = join(place, `scratch-${sessions++}`);
  mkdirSync(scratch);
  const engine = await connectDagger({ scratch, ...sending });
  try {
    const options = { image, agent, scratch, cache };
    await use(await openDaggerSandbox(engine, options), engine, options);
  } finally {
    await engine.stop();
  }
}

describe.skipIf(reason !== '')(`the sandbox contract on an engine of Dagger${reason}`, () => {
  let results: Record<string, string | null> = {};

  beforeAll(async () => {
    await bundle('bin/workers/container.ts', join(agent, 'worker.mjs'));
    // It loads the SDK, so it must lie where packages are found.
    await bundle(join(import.meta.dirname, 'orchestrator.ts'), orchestrator);
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
    process.env['DAGGER_TEST_AGENT'] = agent;
    // A connection for each case: cancelling a job ends the connection that it runs on.
    results = await runCases(CASES, folder, (one, place) =>
      inSession(place, false, (sandbox) => one.check({ sandbox, folder: place, orchestrator })),
    );
    Object.assign(results, await runCases(ON_ENGINE, folder, (one, place) => one.check({ folder: place, inSession })));
  }, 600_000);

  it.each([...CASES, ...ON_ENGINE].map(({ name }) => name))('%s', (name) => {
    expect(results[name]).toBeNull();
  });
});
