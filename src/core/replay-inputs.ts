import * as z from 'zod';
import { canonicalJson } from './lib/canonical.js';
import type { NamedDocument } from './lib/named-document.js';
import { policySchema } from './policy/policy.js';

/**
 * The inputs of a bundle as documents that are read like any other: nothing of a bundle is believed for having been read
 * before. Whether they came out exact is for the digest of the plan to say.
 */

/** `inputs/policy.json` holds sizes in bytes and times in seconds; a policy file has units. Throws `ZodError`. */
export function policyDocument(policy: unknown): NamedDocument {
  const read = z.custom<z.output<typeof policySchema>>().parse(policy);
  return { file: 'inputs/policy.json', text: canonicalJson(z.encode(policySchema, read)) };
}

/** Nobody can be told anything there (RFC 6761, section 6.4). */
const NOWHERE = 'https://redacted.invalid/';
const NOBODY = 'redacted@redacted.invalid';

/** Highest number of targets that a manifest may have. */
const MOST_TARGETS = 1000;

const targets = z.int().nonnegative().max(MOST_TARGETS);

/** What `publicManifest` took away: of a tool's options the values, of targets all but their number. */
const redactedParts = z.looseObject({
  profiles: z.array(
    z.looseObject({
      tools: z.array(z.looseObject({ config: z.array(z.string()).optional() })),
      notify: z.strictObject({ slack: targets, webhooks: targets, email: targets }).optional(),
    }),
  ),
});

/**
 * `inputs/manifest.json` with stand-ins for what was taken away from it; nothing of that has a part in a scan, and the
 * public form of the document is the same again. Throws `ZodError`.
 */
export function manifestDocument(manifest: unknown): NamedDocument {
  const { profiles, ...rest } = redactedParts.parse(manifest);
  const restored = profiles.map(({ tools, notify, ...profile }) => ({
    ...profile,
    tools: tools.map(({ config, ...tool }) => (config === undefined ? tool : { ...tool, config: options(config) })),
    ...(notify && { notify: restoredTargets(notify) }),
  }));
  // Not in canonical form: the public form lists the options of a tool in their order.
  return { file: 'inputs/manifest.json', text: JSON.stringify({ ...rest, profiles: restored }) };
}

const options = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, null]));

const restoredTargets = ({ slack, webhooks, email }: { slack: number; webhooks: number; email: number }) => ({
  ...(slack > 0 && { slack: NOWHERE }),
  webhooks: Array.from({ length: webhooks }, () => NOWHERE),
  email: Array.from({ length: email }, () => NOBODY),
});
