import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';

const common = {
  id: z
    .string()
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/)
    .describe('Kebab-case, its first word the provider'),
  name: z.string().min(3).describe('What the secret is, with an article: "a GitHub token"'),
  severity: z.enum(['critical', 'high', 'medium', 'low']),
  cwe: z.array(z.string().regex(/^CWE-[0-9]+$/)).default(['CWE-798']),
  remedy: z.string().min(10).describe('How to make the leaked value worthless. Plain text'),
  bad: z.array(z.string()).min(1).describe('Texts with the flaw; `<alnum:36>` stands for 36 invented characters'),
  good: z.array(z.string()).min(1).describe('Texts that look like it and must not be reported'),
};

const token = z.strictObject({
  ...common,
  detector: z.literal('token'),
  literals: z.array(z.string().min(1)).min(1).describe('Fixed parts, one of which is in every match'),
  pattern: z
    .string()
    .describe('RE2; matched at the literal, or at the start of the word before it. Group 1, else all, is the secret'),
  before: z.int().positive().optional().describe('How many word characters may precede the literal'),
  anywhere: z.boolean().default(false).describe('May follow directly on other word characters'),
  command: z.string().optional().describe('A word that must come before it in the same command'),
  entropy: z.number().optional().describe('Least Shannon entropy of the secret, bits a character'),
  random: z
    .boolean()
    .default(false)
    .describe('What follows the literal must look drawn at random: the form alone is that of a name'),
  checksum: z.enum(['crc32-base62']).optional(),
  password: z.boolean().default(false).describe('The secret was chosen by a person: example words stand for it'),
});

const named = z.strictObject({
  ...common,
  detector: z.literal('named'),
  names: z.array(z.string().min(2)).min(1).describe('Words, one of which is in the name it is assigned to'),
  pattern: z.string().describe('RE2 for the whole value'),
});

const builtIn = z.strictObject({
  ...common,
  detector: z.enum(['assigned-secret', 'assigned-password', 'key-block', 'credential-file']),
  file: z.string().optional().describe('The file name that the examples need'),
});

const ruleSchema = z.discriminatedUnion('detector', [token, named, builtIn]);

export type SecretRule = z.infer<typeof ruleSchema>;
export type TokenRule = z.infer<typeof token>;
export type NamedRule = z.infer<typeof named>;

/** Reads every `*.yaml` in a folder of rules, in the order of their names. Throws `ZodError` or `YAMLParseError`. */
export function loadRules(folder: string): SecretRule[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  return files.sort().flatMap((name) => z.array(ruleSchema).parse(parse(readFileSync(join(folder, name), 'utf8'))));
}
