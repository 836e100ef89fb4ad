import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Whole from '@dagger.io/dagger';
import type { Client, ConnectOpts, GraphQLClient } from '@dagger.io/dagger';
import { Refusal } from '../core/lib/errors.js';
import { freshUpload, mirrorName } from '../core/runtime/dagger/mirror.js';
import type { DaggerEngine } from '../core/runtime/dagger/open.js';
import type { WantedSandbox } from '../core/runtime/dagger/runtime.js';
import { hostUpload } from '../core/runtime/dagger/upload.js';

/** What a connection is to send. */
export interface Sending extends Omit<WantedSandbox, 'minimum'> {
  /** Folders in which a path never comes to have other content. */
  fixed: readonly string[];
}

/**
 * Connects to an engine as the SDK finds or starts one; `stop` disconnects. The SDK is an optional part of the installation.
 * Throws `Refusal` ('sandbox') when there is no SDK or no engine.
 */
export async function connectDagger({ scratch, inputs, fixed }: Sending): Promise<DaggerEngine> {
  const connect = await loadConnect();
  // The client of a session that is there has the name that it has.
  const name = process.env['DAGGER_SESSION_PORT'] === undefined ? await mirrorName(inputs) : undefined;
  const known = name === undefined ? [] : inputs.map(({ path }) => path);
  const upload = (client: Client) => freshUpload(hostUpload(client), [scratch, ...fixed, ...known], scratch);
  if (name !== undefined) await nameClient(join(scratch, 'client'), name);
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
      resolve({ client, upload: upload(client), stop });
      await held;
    });
    connection.catch((cause: unknown) => reject(noEngine(cause)));
  });
}

/** A client of Dagger reads its name there (engine/client/stableid.go, 0.21), and this process nothing. */
async function nameClient(state: string, name: string): Promise<void> {
  await mkdir(join(state, 'dagger'), { recursive: true, mode: 0o700 });
  await writeFile(join(state, 'dagger', 'stable_client_id'), name);
  process.env['XDG_STATE_HOME'] = state;
}

type Connect = (use: (client: Client) => Promise<void>) => Promise<void>;

/** What of the SDK makes a connection, by the file that it is in. */
interface Parts {
  'api/client.gen.js': Pick<typeof Whole, 'Client'>;
  'common/context.js': Pick<typeof Whole, 'Context'>;
  'common/graphql/connection.js': { Connection: new (queries: GraphQLClient) => SdkConnection };
  'common/graphql/connect.js': {
    withGQLClient: (options: ConnectOpts, use: (queries: GraphQLClient) => Promise<void>) => Promise<void>;
  };
}
type SdkConnection = NonNullable<ConstructorParameters<typeof Whole.Context>[1]>;

/**
 * Connects as `connect` of the SDK does, by its own parts: all of it would load a thousand files more, the TypeScript compiler
 * and all of OpenTelemetry, which no connection uses (0.21: 0.6 s of CPU time instead of 0.3, 0.1 inside a session that is
 * there). An SDK that is laid out otherwise is loaded whole.
 */
async function loadConnect(): Promise<Connect> {
  try {
    const whole = dirname(createRequire(import.meta.url).resolve('@dagger.io/dagger'));
    const part = <P extends keyof Parts>(path: P): Promise<Parts[P]> => import(pathToFileURL(join(whole, path)).href);
    if (!existsSync(join(whole, 'common/graphql/connect.js'))) return (await import('@dagger.io/dagger')).connect;
    const { withGQLClient } = await part('common/graphql/connect.js');
    const { Client } = await part('api/client.gen.js');
    const { Context } = await part('common/context.js');
    const { Connection } = await part('common/graphql/connection.js');
    return (use) => withGQLClient({}, (queries) => use(new Client(new Context([], new Connection(queries)))));
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
