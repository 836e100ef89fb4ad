import { Refusal } from '../core/lib/errors.js';
import { openSandbox } from '../core/lib/sandbox/open.js';
import { loadImages } from '../core/package.js';
import type { Catalog } from '../core/plan/catalog.js';
import type { DaggerEngine } from '../core/runtime/dagger/open.js';
import { daggerRuntime, type EngineChoice, type OpenSandbox } from '../core/runtime/dagger/runtime.js';
import { connectDagger } from './dagger.js';

export interface RuntimeFlags extends Omit<EngineChoice, 'cache'> {
  runtime: 'auto' | 'local' | 'dagger';
  /** False: no step is answered from an engine's cache. */
  cache?: boolean;
}

/**
 * Runs `use` with the way to open a sandbox that the flags name. `auto` takes this host's, and an engine only where the host
 * has none that is strong enough; `say` tells which and why.
 */
export async function inRuntime<T>(
  flags: RuntimeFlags,
  catalog: Catalog,
  say: (line: string) => void,
  use: (open: OpenSandbox) => Promise<T>,
): Promise<T> {
  const engines: DaggerEngine[] = [];
  const onEngine: OpenSandbox = async (wanted) => {
    const images = await loadImages();
    const engine = await connectDagger({ ...wanted, fixed: [catalog.store] });
    engines.push(engine);
    return await daggerRuntime(engine, catalog, images, { ...flags, cache: flags.cache ?? true })(wanted);
  };
  const either: OpenSandbox = async (wanted) => {
    try {
      return await openSandbox(wanted);
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal;
      // Without an engine the reasons that count are the host's.
      const sandbox = await onEngine(wanted).catch(() => Promise.reject(refusal));
      say(`--runtime auto: dagger, because here ${refusal.problems[0]?.message ?? 'is no sandbox'}`);
      return sandbox;
    }
  };
  try {
    return await use({ local: openSandbox, dagger: onEngine, auto: either }[flags.runtime]);
  } finally {
    await Promise.all(engines.map((engine) => engine.stop()));
  }
}
