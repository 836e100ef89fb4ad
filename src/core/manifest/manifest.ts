import * as z from 'zod';
import { readDocument } from '../lib/document/read.js';
import { redact } from '../lib/redact.js';
import { manifestSchema } from './schema.js';

/** What the scanned product asks for. Hostile: it can narrow what the policy allows, never widen it. */
export type Manifest = z.output<typeof manifestSchema>;
export type ManifestProfile = Manifest['profiles'][number];

/** A tool that a profile asks for; a bare id in the document becomes `{ id }`. */
export type ToolRequest = ManifestProfile['tools'][number];

/** How many targets of each kind a profile would notify. */
export interface NotifyCounts {
  slack: number;
  webhooks: number;
  email: number;
}

/** The manifest as evidence and events may show it. */
export type PublicManifest = Omit<Manifest, 'profiles'> & {
  profiles: (Omit<ManifestProfile, 'notify' | 'tools'> & {
    tools: (Omit<ToolRequest, 'config'> & { config?: string[] })[];
    notify?: NotifyCounts;
  })[];
};

/**
 * Reads a manifest: YAML 1.2 or JSON, alone or under a single top-level `manifest` key.
 * Throws a `Refusal` of code `manifest` that lists every problem. Tool ids are not looked up here.
 */
export const readManifest = (input: string | Uint8Array, file: string): Manifest =>
  readDocument(input, { file, code: 'manifest', schema: manifestSchema, unwrap: 'manifest' });

/**
 * The same manifest without what may be secret: notification targets become their number, a tool's configuration, which
 * is not applied, the names of its keys; annotations are redacted.
 */
export function publicManifest({ annotations, ...manifest }: Manifest): PublicManifest {
  const profiles = manifest.profiles.map(({ notify, tools, ...profile }) => ({
    ...profile,
    tools: tools.map(({ config, ...tool }) => (config === undefined ? tool : { ...tool, config: Object.keys(config) })),
    ...(notify === undefined ? {} : { notify: countTargets(notify) }),
  }));
  const redacted = Object.entries(annotations ?? {}).map(([key, value]) => [key, withoutSecrets(value)]);
  return { ...manifest, profiles, ...(annotations && { annotations: Object.fromEntries(redacted) }) };
}

/** Webhook addresses are secrets in their path, so of an address only its host stays. */
const withoutSecrets = <T>(value: T): T | string =>
  typeof value === 'string' ? redact(value.replace(/(\w+:\/\/[^/\s]+)\/\S+/g, '$1/…')) : value;

const countTargets = (notify: NonNullable<ManifestProfile['notify']>): NotifyCounts => ({
  slack: notify.slack === undefined ? 0 : 1,
  webhooks: notify.webhooks?.length ?? 0,
  email: notify.email?.length ?? 0,
});

/** JSON Schema (draft 2020-12) of a manifest with or without its top-level `manifest` key, for editors. */
export function manifestJsonSchema(): Record<string, unknown> {
  const { $schema, ...manifest } = z.toJSONSchema(manifestSchema, { target: 'draft-2020-12', io: 'input' });
  const bare = { $ref: '#/$defs/manifest' };
  const wrapped = {
    type: 'object',
    properties: { manifest: bare },
    required: ['manifest'],
    additionalProperties: false,
  };
  return {
    $schema,
    title: 'Certus assurance manifest',
    description: 'What a product asks of a security scan. The policy of the operator decides what is granted.',
    anyOf: [bare, wrapped],
    $defs: { manifest },
  };
}
