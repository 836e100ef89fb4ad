import * as z from 'zod';
import { count, httpUrl, id, line, prose, thresholds } from '../lib/document/fields.js';
import { crossCheck } from './cross-check.js';

/** Bounds on lists: far above what a manifest needs, low enough that nothing downstream has to think about size. */
const MANY = 1000;

/** A webhook URL is a credential and an address is personal data: no message quotes one, `publicManifest` drops them. */
const notify = z.strictObject({
  slack: httpUrl().describe('Slack webhook URL. A secret: kept out of every output.').exactOptional(),
  webhooks: z.array(httpUrl()).max(MANY).describe('Webhook URLs. Secrets: kept out of every output.').exactOptional(),
  email: z
    .array(z.email({ error: 'expected an e-mail address' }).max(254))
    .max(MANY)
    .describe('E-mail addresses to notify. Kept out of every output.')
    .exactOptional(),
});

const toolId = id().describe('Tool id, such as `ruff` or `sbom`.');

const toolRequest = z.strictObject({
  id: toolId,
  description: prose(2000).describe('Why the tool is in the profile.').exactOptional(),
  category: id().describe('Category to report the tool under.').exactOptional(),
  config: z
    .record(line(128), z.unknown())
    .describe('Options for the tool. The policy decides which are honoured.')
    .exactOptional(),
});

const tools = z
  .array(z.union([toolId.transform((name): z.output<typeof toolRequest> => ({ id: name })), toolRequest]))
  .min(1)
  .max(MANY);

const bundle = z.strictObject({
  includePrivacy: z.boolean().describe('Whether the privacy report belongs into the bundle.').exactOptional(),
  runtimeCeilingMinutes: z.int().min(1).max(1440).describe('Longest run, in minutes.').exactOptional(),
});

const profile = z.strictObject({
  name: id().describe('Name to choose the profile by (`--profile`).'),
  description: prose(2000).describe('What the profile is for.').exactOptional(),
  tools: tools.describe('Tools to run: an id, or a mapping with an id.'),
  thresholds: thresholds()
    .describe('Highest allowed number of findings by severity. The stricter of this and the policy holds.')
    .exactOptional(),
  requiresStack: z.boolean().describe('Whether the profile needs the running product (DAST).').exactOptional(),
  stackBaseUrl: httpUrl().describe('Where the running product answers.').exactOptional(),
  notify: notify.describe('Who is told. Kept out of every output.').exactOptional(),
  bundle: bundle.describe('Wishes for the evidence bundle.').exactOptional(),
});

const controlTest = z.strictObject({
  name: line(200).describe('What is tested.'),
  description: prose(2000).describe('How it is tested.').exactOptional(),
  evidence: z.array(line(500)).max(MANY).describe('Paths or names of the evidence in the bundle.').exactOptional(),
  linkedProfile: id().describe('Profile of this manifest whose verdict answers the test.').exactOptional(),
  threshold: z
    .union([count(), thresholds()])
    .describe('Highest allowed number of findings: in all, or by severity.')
    .exactOptional(),
});

const control = z.strictObject({
  framework: line(200).describe('Framework, such as `ISO 27001`.'),
  controlId: line(100).describe('Control in the framework, such as `A.8.28`.'),
  tests: z.array(controlTest).max(MANY).describe('Tests that show that the control holds.'),
});

const compliance = z.strictObject({
  name: line(200).describe('Name of the set of controls.'),
  description: prose(2000).describe('What the set is for.').exactOptional(),
  controls: z.array(control).max(MANY).describe('Controls of the set.'),
});

/** The Certus assurance manifest. Types, editors' JSON Schema and validation all come from this definition. */
export const manifestSchema = z
  .strictObject({
    product: line(200).describe('Name of the scanned product.'),
    version: line(100).describe('Version of the product or of the manifest.'),
    owners: z.array(line(200)).max(MANY).describe('People or teams who answer for the product.'),
    presets: z.array(id()).max(MANY).describe('Names of presets.').exactOptional(),
    profiles: z.array(profile).min(1).max(100).describe('Profiles to choose from with `--profile`.'),
    compliance: z
      .array(compliance)
      .max(MANY)
      .describe('Compliance controls that the evidence answers.')
      .exactOptional(),
    annotations: z
      .record(line(200), z.union([prose(4096), z.number(), z.boolean()]))
      .describe('Free labels, copied into the evidence.')
      .exactOptional(),
  })
  .superRefine((manifest, context) => {
    for (const { path, message } of crossCheck(manifest)) context.addIssue({ code: 'custom', path, message });
  });
