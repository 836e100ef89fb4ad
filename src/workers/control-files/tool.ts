import * as z from 'zod';
import { CONTROL_CLASSES, controlClass } from '../../core/source/control-files.js';
import { type ObjectFormat, objectId } from '../../core/source/git-objects.js';
import type { EmbeddedTool, Report } from '../lib/protocol.js';

const id = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);

/** The control files of the trusted commit: of a file its blob id, of a link what `linkStates` gives. */
const configSchema = z.strictObject({
  commit: id,
  files: z.array(z.strictObject({ path: z.string(), state: z.string() })),
});

/** Compares each control file with the trusted commit's. What an edit says is not judged; that there is one is told. */
export function controlFiles(): EmbeddedTool {
  let commit = '';
  let format: ObjectFormat = 'sha1';
  const before = new Map<string, string>();
  return {
    async start(report, { config }) {
      const base = configSchema.parse(config);
      commit = base.commit;
      format = commit.length === 64 ? 'sha256' : 'sha1';
      for (const { path, state } of base.files) before.set(path, state);
      declare(report);
    },
    scanFile(file, report) {
      if (controlClass(file.path) === undefined) return;
      const state = before.get(file.path);
      before.delete(file.path);
      if (state === undefined) note(file.path, 'added', report);
      else if ((file.link ?? objectId('blob', file.bytes(), format)) !== state) note(file.path, 'changed', report);
    },
    finish(report) {
      // It is no file of the source any more, so it is told of the commit that has it.
      for (const path of [...before.keys()].sort()) note(path, 'removed', report, commit);
    },
  };
}

function declare(report: Report): void {
  for (const { id: rule, what, help } of CONTROL_CLASSES)
    report.rule({
      id: rule,
      name: rule,
      severity: 'none',
      kind: 'review',
      cwe: [],
      shortDescription: `An edit to ${what}`,
      fullDescription: `The source differs from the trusted commit in ${what}.`,
      help,
    });
}

function note(path: string, change: string, report: Report, commit?: string): void {
  const rule = controlClass(path);
  if (rule === undefined) throw new Error('no control file');
  const finding = { rule: rule.id, path, startLine: 1, message: `${change} since the trusted commit: ${rule.what}` };
  report.finding(commit === undefined ? finding : { ...finding, commit });
}
