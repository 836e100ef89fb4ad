import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ZodError } from 'zod';
import type { Rule } from '../../core/findings/finding.js';
import type { InputFile } from '../lib/protocol.js';
import type { Adapter, Sink } from './adapter.js';
import { addFinding, type Collected, nothing } from './collect.js';
import { namesOf } from './names.js';
import { type Index, lookUp } from './normalise.js';
import { type ReaderRequest, RefusedReport } from './protocol.js';

/** Reads a tool's native JSON through its adapter. Throws `RefusedReport` for what is broken or cut off. */
export function readJson(fd: number, adapter: Adapter, request: ReaderRequest, index: Index, source: string): ReadJson {
  const report = parse(fd);
  const into = nothing();
  const { tool, category, spellings } = request;
  try {
    adapter(report, sinkInto(into, request, index, source), { tool, category, spellings });
  } catch (cause) {
    if (!(cause instanceof ZodError)) throw cause;
    const [issue] = cause.issues;
    const where = issue?.path.map(String).join('.') ?? '';
    throw Object.assign(new RefusedReport('report-broken', `the report is not of its form (${where})`), { cause });
  }
  return { into, report };
}

export interface ReadJson {
  into: Collected;
  /** The report as parsed. */
  report: unknown;
}

function parse(fd: number): unknown {
  try {
    return JSON.parse(readFileSync(fd, 'utf8'));
  } catch (cause) {
    throw Object.assign(new RefusedReport('report-broken', 'the report is not complete JSON'), { cause });
  }
}

function sinkInto(into: Collected, request: ReaderRequest, index: Index, source: string): Sink {
  const bytesOf = (name: string) => readFileSync(join(source, lookUp(name, index).at));
  const files = [...new Set(index.values())].map((file) => ({ ...file, name: nameOf(file) }));
  return {
    files,
    rule: (rule) => {
      if (!into.rules.has(rule.id)) into.rules.set(rule.id, rule satisfies Rule);
    },
    finding: (finding) => addFinding(into, finding, request),
    unread: (file) => into.unread.push(file),
    component: (component) => into.components.push(component),
    failed: (message) => {
      throw new RefusedReport('tool-reported-failure', message);
    },
    text: (name) => bytesOf(name).toString('utf8'),
    isUtf8: (name) => isUtf8(bytesOf(name)),
  };
}

const nameOf = (file: InputFile): string => namesOf(file)[0] ?? file.path;
