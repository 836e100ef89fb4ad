import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import type { RuleLine } from '../lib/protocol.js';
import { LANGUAGES } from './languages.js';

const text = z.string().min(1);

/** An ast-grep rule object (ast-grep.github.io/reference/rule.html); ast-grep itself judges it when the tool starts. */
const matcherSchema = z.strictObject({
  rule: z.record(z.string(), z.unknown()),
  constraints: z.record(z.string(), z.unknown()).optional(),
  utils: z.record(z.string(), z.unknown()).optional(),
});

const patternSchema = z.strictObject({
  languages: z.array(z.enum(LANGUAGES)).min(1).describe('the grammars that the matchers are written for'),
  needs: z
    .string()
    .min(1)
    .transform((source) => new RegExp(source, 'iu'))
    .describe('a file whose text this regular expression, ignoring case, does not match is not parsed for the pattern'),
  matchers: z.array(matcherSchema).min(1).describe('each match of any of them is a finding'),
  unless: z
    .array(matcherSchema)
    .default([])
    .describe('a file with a match of any of these has no finding of this pattern'),
  examples: z.strictObject({
    bad: z.array(text).min(1).describe('each has at least one finding of this rule, in every language'),
    good: z.array(text).min(1).describe('none has a finding of this rule'),
  }),
});

/** One file of `rules/`, named as its id. */
export const ruleSchema = z
  .strictObject({
    id: z.string().regex(/^[a-z][a-z0-9-]*$/),
    title: text.describe('what was found, as a short sentence'),
    severity: z.enum(['critical', 'high', 'medium', 'low', 'none']),
    kind: z.enum(['fail', 'review']).describe('`review` tags and never blocks; its severity is none'),
    cwe: z.string().regex(/^CWE-[1-9]\d*$/),
    message: text.describe('shown at each finding; quotes nothing of the source'),
    remedy: text,
    patterns: z.array(patternSchema).min(1),
  })
  .refine(
    ({ kind, severity }) => (kind === 'review') === (severity === 'none'),
    'review and severity none go together',
  );

export type Rule = z.infer<typeof ruleSchema>;
export type Matcher = z.infer<typeof matcherSchema>;

/** Reads every `*.yaml` of a folder, in the order of their names. Throws with the file's name at the first that is not a rule. */
export function readRules(folder: string): Rule[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  return names.sort((a, b) => (a < b ? -1 : 1)).map((name) => readRule(folder, name));
}

function readRule(folder: string, name: string): Rule {
  const read = ruleSchema.safeParse(parse(readFileSync(join(folder, name), 'utf8')));
  if (!read.success) throw new Error(`${name}: ${z.prettifyError(read.error)}`);
  if (`${read.data.id}.yaml` !== name) throw new Error(`${name}: the id is ${read.data.id}`);
  return read.data;
}

export function ruleLine({ id, title, severity, kind, cwe, message, remedy }: Rule): Omit<RuleLine, 'type'> {
  return { id, name: id, severity, kind, cwe: [cwe], shortDescription: title, fullDescription: message, help: remedy };
}
