import { isUtf8 } from 'node:buffer';
import { parse as parseYaml } from 'yaml';
import * as z from 'zod';
import { pythonName } from '../lib/python-name.js';
import { utcTime } from './age.js';

/**
 * One advisory of the OSV schema 1.7 (https://ossf.github.io/osv-schema/), read so that nothing of it is lost without a
 * word. osv-scanner 2.5 decodes records with a strict protobuf reader and passes over those that it cannot decode, in
 * silence: one member or word that it does not know, and the vulnerability is not there. So what decides whether a version
 * is affected must hold here, or the pack is refused; everything else that does not hold is left out of the record.
 */
export interface OsvRecord {
  id: string;
  /** Newest of its dates, RFC 3339 in UTC: some sources publish records with a `modified` of the year 1. */
  newest: string;
  withdrawn: boolean;
  /** Base names of the ecosystems whose packages it names. */
  ecosystems: readonly string[];
  /** The record as osv-scanner decodes it. */
  text: string;
}

const time = z.string().transform((text, context) => {
  const utc = utcTime(text);
  if (utc !== undefined) return utc;
  context.addIssue({ code: 'custom', message: 'is no RFC 3339 time' });
  return z.NEVER;
});

const optional = <T extends z.ZodType>(schema: T) => schema.optional().catch(undefined);

/** A list without the entries that do not hold. */
const some = <T extends z.ZodType>(schema: T) =>
  optional(
    z.array(schema.optional().catch(undefined)).transform((items) => items.filter((item) => item !== undefined)),
  );

const text = z.string();
const texts = some(text);
/** google.protobuf.Struct: any JSON object. */
const free = optional(z.record(text, z.unknown()));

const severity = z.object({
  type: z.enum(['CVSS_V2', 'CVSS_V3', 'CVSS_V4', 'Ubuntu']),
  score: text,
  source: optional(z.enum(['NVD', 'CNA', 'SELF'])),
});

const REFERENCES = [
  'ADVISORY',
  'ARTICLE',
  'DETECTION',
  'DISCUSSION',
  'EVIDENCE',
  'FIX',
  'GIT',
  'INTRODUCED',
  'PACKAGE',
  'REPORT',
  'WEB',
] as const;
const reference = z.object({ type: z.enum(REFERENCES).catch('WEB'), url: text });

const CREDITS = [
  'OTHER',
  'FINDER',
  'REPORTER',
  'ANALYST',
  'COORDINATOR',
  'REMEDIATION_DEVELOPER',
  'REMEDIATION_REVIEWER',
  'REMEDIATION_VERIFIER',
  'TOOL',
  'SPONSOR',
] as const;
const credit = z.object({ name: text, contact: texts, type: optional(z.enum(CREDITS)) });

const event = z
  .object({
    introduced: text.optional(),
    fixed: text.optional(),
    last_affected: text.optional(),
    limit: text.optional(),
  })
  .refine((one) => Object.values(one).some((value) => value !== undefined), 'is an event of an unknown kind');

const range = z.object({
  type: z.enum(['GIT', 'SEMVER', 'ECOSYSTEM']),
  repo: optional(text),
  events: z.array(event).min(1),
  database_specific: free,
});

/** osv-scanner 2.5 gives Python packages their PEP 503 name and looks for that, letter for letter; GitHub's records have PyPI's own spelling. */
const named = z
  .object({ ecosystem: text.min(1), name: text.min(1), purl: optional(text) })
  .transform((one) => (baseOf(one.ecosystem) === 'PyPI' ? { ...one, name: pythonName(one.name) } : one));

const affected = z.object({
  package: named.nullish(),
  ranges: z.array(range).nullish(),
  versions: z.array(text).nullish(),
  severity: some(severity),
  ecosystem_specific: free,
  database_specific: free,
});

const osvSchema = z.object({
  schema_version: optional(text),
  id: text.regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/),
  modified: time,
  published: optional(time),
  withdrawn: time.nullish(),
  aliases: texts,
  related: texts,
  upstream: texts,
  summary: optional(text),
  details: optional(text),
  severity: some(severity),
  affected: z.array(affected).nullish(),
  references: some(reference),
  credits: some(credit),
  database_specific: free,
});

/** An ecosystem without what narrows it, such as `Maven:https://repo.example`. */
export const baseOf = (ecosystem: string): string => ecosystem.replace(/:.*$/s, '');

/** Mappings and lists inside one another; Go's decoder has a limit, and so has the stack. */
const MAX_DEPTH = 64;

/** Reads a record in JSON or YAML. Throws `Error` that says what is wrong, without quoting the record. */
export function readOsvRecord(data: Buffer, form: 'json' | 'yaml'): OsvRecord {
  const read = osvSchema.safeParse(parsed(data, form));
  if (!read.success) throw new Error(`is not an OSV record: ${firstIssue(read.error)}`);
  const record = read.data;
  const ecosystems = (record.affected ?? []).flatMap((one) => (one.package ? [baseOf(one.package.ecosystem)] : []));
  return {
    id: record.id,
    newest: [record.modified, record.published, record.withdrawn].reduce<string>(later, ''),
    withdrawn: record.withdrawn != null,
    ecosystems: [...new Set(ecosystems)],
    text: wellFormed(record),
  };
}

const later = (a: string, b: string | null | undefined): string => (b != null && b > a ? b : a);

function parsed(data: Buffer, form: 'json' | 'yaml'): unknown {
  if (!isUtf8(data)) throw new Error('is not UTF-8');
  const source = data.toString('utf8').replace(/^\ufeff/, '');
  let value: unknown;
  try {
    // Every scalar is text: version 3.10 is not the number 3.1.
    value = form === 'json' ? JSON.parse(source) : parseYaml(source, { schema: 'failsafe', maxAliasCount: 0 });
  } catch (cause) {
    throw new Error(`is not ${form === 'json' ? 'JSON' : 'YAML'}`, { cause });
  }
  if (isDeep(value, MAX_DEPTH)) throw new Error('is nested too deeply');
  return value;
}

const isDeep = (value: unknown, left: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (left === 0 || Object.values(value).some((inner) => isDeep(inner, left - 1)));

/** JSON without unpaired surrogates, which Go's decoder refuses. */
function wellFormed(record: object): string {
  const json = JSON.stringify(record);
  return /\\ud[89a-f]/i.test(json)
    ? JSON.stringify(record, (_, value) => (typeof value === 'string' ? paired(value) : value))
    : json;
}

const paired = (value: string): string => Buffer.from(value, 'utf8').toString('utf8');

function firstIssue({ issues }: z.ZodError): string {
  const [issue] = issues;
  const path = issue?.path.map((part) => (typeof part === 'number' ? `[${part}]` : String(part))).join('.') ?? '';
  return `${path} ${issue?.message ?? ''}`.trim();
}
