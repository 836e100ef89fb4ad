import { rename, writeFile } from 'node:fs/promises';
import * as z from 'zod';
import { sha256 } from '../lib/digest.js';
import { Fault, Refusal } from '../lib/errors.js';
import type { RegistryPorts } from './lock-images-ask.js';
import { openRepository, type RegistryDocument } from './lock-images-registry.js';

/** `registry/repository:tag`; a digest behind it is what it was locked to before. */
const REFERENCE =
  /^(?<registry>[a-z0-9][a-z0-9.-]*(:\d{1,5})?)\/(?<name>[a-z0-9]+([._-]+[a-z0-9]+)*(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*):(?<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})(@sha256:[0-9a-f]{64})?$/;
const MIRROR = /^(?<registry>[a-z0-9][a-z0-9.-]*(:\d{1,5})?)(\/(?<prefix>[a-z0-9]+([._/-]+[a-z0-9]+)*))?$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** What an image runs on, as the OCI image specification names it. */
export interface Platform {
  os: string;
  architecture: string;
}

/** An image and what it is fixed to. */
export interface LockedImage {
  /** With its tag, as its own registry names it, for the reader. */
  reference: string;
  /** Of the index when it has one, so that it is the same image on each architecture. */
  digest: string;
}

export interface LockImageOptions extends RegistryPorts {
  /** A registry with the same repositories, `host[:port][/prefix]`, asked in the place of the image's own. */
  registryMirror?: string | undefined;
  /** What the image must be there for. */
  platform: Platform;
}

/**
 * Asks a registry what a tag is now (OCI distribution specification 1.1, pull). The digest is of the bytes that came, and
 * must be what the registry says that it is. Throws `Refusal` code `usage` for a reference without registry or tag, `Fault`
 * code `toolchain` or `digest`.
 */
export async function lockImage(reference: string, options: LockImageOptions): Promise<LockedImage> {
  const { registry, name, tag } = placeOf(reference, options.registryMirror);
  const repository = openRepository({ registry, name }, options);
  const manifest = await repository.manifest(tag);
  const digest = digestOf(manifest, `${registry}/${name}:${tag}`);
  await demandPlatform(manifest, { reference: `${registry}/${name}:${tag}`, platform: options.platform, repository });
  return { reference: reference.replace(/@.*$/, ''), digest };
}

function placeOf(reference: string, mirror: string | undefined) {
  const { registry = '', name = '', tag = '' } = REFERENCE.exec(reference)?.groups ?? {};
  if (registry === '')
    throw new Refusal('usage', [
      {
        message: `not an image with registry and tag: ${JSON.stringify(reference)}`,
        remedy: 'Write it as registry/repository:tag, such as docker.io/library/node:22-bookworm.',
      },
    ]);
  if (mirror === undefined) return { registry, name, tag };
  const to = MIRROR.exec(mirror)?.groups;
  if (to?.['registry'] === undefined)
    throw new Refusal('usage', [
      { message: `not a registry: ${JSON.stringify(mirror)}`, remedy: 'Write it as host:port.' },
    ]);
  const prefix = to['prefix'];
  return { registry: to['registry'], name: prefix === undefined ? name : `${prefix}/${name}`, tag };
}

function digestOf({ bytes, said }: RegistryDocument, image: string): string {
  const digest = `sha256:${sha256(bytes)}`;
  if (said !== null && said !== digest)
    throw new Fault('digest', `${image}: the registry gave ${digest} and calls it ${said.slice(0, 100)}`, 'Run again.');
  return digest;
}

const platformSchema = z.object({ os: z.string(), architecture: z.string() });
const manifestSchema = z.object({
  manifests: z.array(z.object({ platform: platformSchema.optional() })).optional(),
  config: z.object({ digest: z.string().regex(DIGEST) }).optional(),
});

interface Wanted {
  reference: string;
  platform: Platform;
  repository: ReturnType<typeof openRepository>;
}

async function demandPlatform({ bytes }: RegistryDocument, wanted: Wanted): Promise<void> {
  const { manifests, config } = parsed(bytes, manifestSchema, wanted.reference);
  const there = manifests?.flatMap(({ platform }) => platform ?? []) ?? (await ofConfig(config?.digest, wanted));
  const { os, architecture } = wanted.platform;
  if (there.some((one) => one.os === os && one.architecture === architecture)) return;
  const message = `${wanted.reference} is not there for ${os}/${architecture}`;
  throw new Fault('toolchain', message, 'Choose a tag that is, or lock on a machine of the engine’s kind.');
}

/** An image without an index tells in its configuration what it is for. */
async function ofConfig(digest: string | undefined, { repository, reference }: Wanted): Promise<Platform[]> {
  if (digest === undefined) throw new Fault('toolchain', `${reference} is no image`, 'Check repository and tag.');
  const { bytes } = await repository.blob(digest);
  if (`sha256:${sha256(bytes)}` !== digest)
    throw new Fault('digest', `${reference}: its configuration is not ${digest}`, 'Run again.');
  return [parsed(bytes, platformSchema, reference)];
}

function parsed<T>(bytes: Buffer, schema: z.ZodType<T>, reference: string): T {
  try {
    return schema.parse(JSON.parse(bytes.toString('utf8')));
  } catch (cause) {
    throw new Fault('toolchain', `${reference}: what the registry gave is no image manifest`, 'Check the registry.', {
      cause,
    });
  }
}

/** Writes a lock of images, whole or not at all. */
export async function writeImagesLock(path: string, lock: object): Promise<void> {
  await writeFile(`${path}.new`, `${JSON.stringify(lock, undefined, 2)}\n`);
  await rename(`${path}.new`, path);
}
