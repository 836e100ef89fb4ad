import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { z } from 'zod';
import { readDocument } from '../../../src/core/lib/document/read.js';

export const RULES_FOLDER = join(import.meta.dirname, '../../../rules/semgrep');
const FIXTURES = join(import.meta.dirname, 'fixtures');

const metavariable = z.string().regex(/^\$[A-Z][A-Z_]*$/);
const text = z.string().min(1);

/** A part of a rule that matches: exactly one operator, of those that both engines know. */
const formula: z.ZodType = z.lazy(() => z.strictObject({ ...operators, ...inTaint }).refine(hasOneOperator));
const inTaint = { label: text.optional(), requires: text.optional(), 'by-side-effect': z.literal(true).optional() };
const operators = {
  pattern: text.optional(),
  patterns: z.array(formula).min(2).optional(),
  'pattern-either': z.array(formula).min(2).optional(),
  'pattern-not': text.optional(),
  'pattern-inside': text.optional(),
  'pattern-not-inside': text.optional(),
  'focus-metavariable': metavariable.optional(),
  'metavariable-regex': z.strictObject({ metavariable, regex: text }).optional(),
  'metavariable-pattern': z
    .strictObject({
      metavariable,
      patterns: z.array(formula).min(1).optional(),
      'pattern-either': z.array(formula).optional(),
    })
    .optional(),
};
const hasOneOperator = (value: object): boolean => Object.keys(value).filter((key) => key in operators).length === 1;

const options = z.strictObject({
  symbolic_propagation: z.literal(true).optional(),
  taint_assume_safe_functions: z.literal(true).optional(),
  taint_assume_safe_numbers: z.literal(true).optional(),
  taint_assume_safe_booleans: z.literal(true).optional(),
});

const about = {
  id: z.string().regex(/^[a-z]+(-[a-z]+)+$/),
  languages: z.array(z.enum(['csharp', 'go', 'java', 'javascript', 'php', 'python', 'ruby', 'typescript'])).min(1),
  severity: z.enum(['ERROR', 'WARNING', 'INFO']),
  message: z.string().max(300),
  metadata: z.strictObject({
    cwe: z.array(z.string().regex(/^CWE-[1-9]\d{0,3}: [A-Z].+$/)).min(1),
    severity: z.enum(['critical', 'high', 'medium', 'low']),
    confidence: z.enum(['high', 'medium']),
    remedy: z.string().max(300),
  }),
  options: options.optional(),
};

const search = z.strictObject({
  ...about,
  pattern: text.optional(),
  patterns: z.array(formula).min(2).optional(),
  'pattern-either': z.array(formula).min(2).optional(),
});
const taint = z.strictObject({
  ...about,
  mode: z.literal('taint'),
  'pattern-sources': z.array(formula).min(1),
  'pattern-sanitizers': z.array(formula).min(1).optional(),
  'pattern-sinks': z.array(formula).min(1),
});
const file = z.strictObject({ rules: z.array(z.union([taint, search.refine(hasOneOperator)])).min(1) });

export type Rule = z.infer<typeof file>['rules'][number] & { file: string };

/** All rules, read strictly, in the order of their files. Throws a `Refusal` for what does not fit. */
export function readRuleset(): Rule[] {
  return readdirSync(RULES_FOLDER)
    .sort()
    .flatMap((name) => {
      const options = { file: name, code: 'tool', schema: file } as const;
      return readDocument(readFileSync(join(RULES_FOLDER, name)), options).rules.map((rule) => ({
        ...rule,
        file: name,
      }));
    });
}

/** An example of a rule; each mark says that the line has a finding of the rule. */
export interface Fixture {
  rule: string;
  /** `bad.py`: with findings, or `good.py`: without. */
  name: string;
  text: string;
  marks: { line: number; rule: string }[];
}

/** A comment `ruleid: a, b` stands for findings of these rules on the line after it. */
function marksOf(text: string): Fixture['marks'] {
  return text.split('\n').flatMap((line, index) => {
    const named = /^\s*(?:#|\/\/) ruleid: ([a-z, -]+)$/.exec(line)?.[1]?.split(', ') ?? [];
    return named.map((rule) => ({ line: index + 2, rule }));
  });
}

export function readFixtures(): Fixture[] {
  const folders = readdirSync(FIXTURES).sort();
  return folders.flatMap((rule) =>
    readdirSync(join(FIXTURES, rule))
      .sort()
      .map((name) => {
        const text = readFileSync(join(FIXTURES, rule, name), 'utf8');
        return { rule, name, text, marks: marksOf(text) };
      }),
  );
}

/** JavaScript examples stand for TypeScript too, which the engines parse in another way. */
const TYPESCRIPT: Readonly<Record<string, string>> = { '.cjs': '.ts', '.jsx': '.tsx' };

/** The names under which an example is scanned. */
export function namesOf({ rule, name }: Fixture): string[] {
  const extension = extname(name);
  const other = TYPESCRIPT[extension];
  const own = `${rule}/${name}`;
  return other === undefined ? [own] : [own, `${own.slice(0, -extension.length)}${other}`];
}
