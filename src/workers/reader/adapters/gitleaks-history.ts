import * as z from 'zod';
import { END_OF_HISTORY, placeInHistory } from '../../../core/lib/history-marks.js';
import type { Adapter } from '../adapter.js';
import { gitleaksLeak } from '../secrets/gitleaks-leak.js';
import { secretRule } from '../secrets/rule.js';

const leak = gitleaksLeak.extend({
  Commit: z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/),
});

/** The report of `gitleaks git --report-format json --redact`, Gitleaks 8. */
const schema = z.array(leak);

/**
 * Reads the report of Gitleaks over a history. Gitleaks ends well when its git failed or its parser gave up half-way, so
 * the report counts only if the last commit of the copy, which is ours, was found. Columns are left out: they count
 * bytes. Of a commit its id alone is taken: no author, date or message.
 */
export const gitleaksHistory: Adapter = (report, sink) => {
  const leaks = schema.parse(report);
  const found = leaks.filter((one) => !isEnd(one));
  if (leaks.length - found.length !== 1) sink.failed('Gitleaks did not read the history to its end');
  for (const { RuleID: id, Description: description, File, Commit, StartLine, EndLine } of found) {
    sink.rule(secretRule(id, description, 'https://github.com/gitleaks/gitleaks#readme'));
    const startLine = Math.max(1, StartLine);
    const endLine = Math.max(startLine, EndLine);
    // The rule alone: `Match`, `Secret`, `Entropy` and `Fingerprint` quote or derive from what was found.
    const message = `${description.replace(/\.$/, '')} (rule ${id}).`;
    sink.finding({ rule: id, ...placeInHistory(File, Commit), startLine, endLine, message });
  }
};

const isEnd = ({ RuleID, File }: z.infer<typeof leak>): boolean =>
  RuleID === END_OF_HISTORY.rule && File === END_OF_HISTORY.path;
