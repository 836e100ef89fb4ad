import { join } from 'node:path';
import type { Sandbox, SandboxLevel } from '../../lib/sandbox/job.js';
import type { Catalog } from '../../plan/catalog.js';
import { stageLocked } from '../stage.js';
import { baseImage, type ImageChoice, type Images } from './images.js';
import type { Input } from './mirror.js';
import { type DaggerEngine, openDaggerSandbox } from './open.js';

/** The sandbox that a run needs. */
export interface WantedSandbox {
  minimum: SandboxLevel;
  /** The run's work folder: no other run has one of that name. */
  scratch: string;
  /** What of the operator's jobs are given as it is. */
  inputs: readonly Input[];
}

/** Opens the sandbox of a run. Throws `Refusal` ('sandbox') when there is none as strong as that. */
export type OpenSandbox = (wanted: WantedSandbox) => Promise<Sandbox>;

/** What the operator says about a run on an engine. */
export interface EngineChoice extends ImageChoice {
  /** Take from the engine's cache what it has; false runs every job. */
  cache: boolean;
}

/** Runs on an engine: the agent comes from the package as the lock has it, the image from the lock or the operator. */
export const daggerRuntime =
  (engine: DaggerEngine, catalog: Catalog, images: Images, { cache, ...choice }: EngineChoice): OpenSandbox =>
  async ({ scratch }) => {
    const image = baseImage(images, choice);
    const agent = join(scratch, 'agent');
    await stageLocked('container', catalog, agent);
    return openDaggerSandbox(engine, { image, agent, scratch, cache });
  };
