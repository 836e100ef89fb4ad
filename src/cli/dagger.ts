import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Refusal } from '../core/lib/errors.js';
import type { DaggerEngine } from '../core/runtime/dagger/open.js';
import { hostUpload } from '../core/runtime/dagger/upload.js';

/**
 * Connects to an engine as the SDK finds or starts one; `stop` disconnects. The SDK is an optional part of the installation.
 * Throws `Refusal` ('sandbox') when there is no SDK or no engine.
 */
export async function connectDagger(): Promise<DaggerEngine> {
  const { connect } = await loadSdk();
  let disconnect = () => {};
  const held = new Promise<void>((resolve) => {
    disconnect = resolve;
  });
  return new Promise((resolve, reject) => {
    const connection = connect(async (client) => {
      const stop = async () => {
        disconnect();
        await connection.catch(() => undefined);
      };
      resolve({ client, upload: hostUpload(client), stop });
      await held;
    });
    connection.catch((cause: unknown) => reject(noEngine(cause)));
  });
}

type Sdk = Pick<typeof import('@dagger.io/dagger'), 'connect'>;

/**
 * The SDK's part that connects: all of it would load the TypeScript compiler as well, for the modules of other people
 * (0.21: 1.0 s of CPU time instead of 0.45). An SDK that is laid out otherwise is loaded whole.
 */
async function loadSdk(): Promise<Sdk> {
  try {
    const whole = createRequire(import.meta.url).resolve('@dagger.io/dagger');
    const part = join(whole, '..', 'connect.js');
    const loaded: Sdk = existsSync(part) ? await import(pathToFileURL(part).href) : await import('@dagger.io/dagger');
    return loaded;
  } catch (cause) {
    const message = '--runtime dagger needs the SDK of Dagger, which is not installed';
    const remedy = 'Install it beside this package: npm install @dagger.io/dagger';
    throw new Refusal('sandbox', [{ message, remedy }], { cause });
  }
}

function noEngine(cause: unknown): Refusal {
  const said = cause instanceof Error ? `: ${cause.message}` : '';
  const remedy = 'Start one (`dagger core version` shows whether it is reached), or use --runtime local.';
  return new Refusal('sandbox', [{ message: `no engine of Dagger can be reached${said}`, remedy }], { cause });
}
