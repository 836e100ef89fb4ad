import * as z from 'zod';
import type { Adapter, Sink } from '../adapter.js';
import { reportedName } from '../names.js';
import { gitleaksLeak } from '../secrets/gitleaks-leak.js';
import { leftOutByPath } from '../secrets/left-out.js';
import { secretRule } from '../secrets/rule.js';

const leak = gitleaksLeak.extend({
  /** Only of a scan of history. */
  Commit: z.literal(''),
});

/** The report of `gitleaks dir --report-format json --redact`, Gitleaks 8. */
const schema = z.array(leak);

/**
 * Reads the report of Gitleaks over a folder. Columns are left out: they count bytes, and on all lines but the first they
 * are one too high. What Gitleaks leaves out without a word is told from the file's name and first bytes.
 */
export const gitleaks: Adapter = (report, sink) => {
  for (const { RuleID: id, Description: description, File: file, StartLine, EndLine } of schema.parse(report)) {
    sink.rule(secretRule(id, description, 'https://github.com/gitleaks/gitleaks#readme'));
    const startLine = Math.max(1, StartLine);
    sink.finding({
      rule: id,
      path: reportedName(file),
      startLine,
      endLine: Math.max(startLine, EndLine),
      // The rule alone: `Match`, `Secret`, `Entropy` and `Fingerprint` quote or derive from what was found.
      message: `${description.replace(/\.$/, '')} (rule ${id}).`,
    });
  }
  for (const { name } of sink.files) tellLeftOut(name, sink);
};

function tellLeftOut(path: string, sink: Sink): void {
  const leave = (detail: string) => sink.unread({ path, reason: 'unsupported', detail });
  if (leftOutByPath(path) || DOCUMENTS.test(path)) leave('Gitleaks leaves out such a file (told by its path)');
  else if (ARCHIVES.test(path)) leave('Gitleaks takes this file for an archive (told by its name)');
  else if (looksBinary(sink.text(path))) leave('Gitleaks may take this file for binary and leave it out');
}

const DOCUMENTS = /\.(?:docx?|xlsx?|pdf|bin|socket|vsidx|v2|w?suo|.dll|pdb|exe|gltf)$/i;
/** An archive is one whose name holds such a part anywhere (mholt/archives 0.1.2, `Match`): `nav.bridge.ts` counts. */
const ARCHIVES = /\.(?:7z|br|bz2|gz|lz4|rar|s2|sz|tar|xz|zip|zz|zst)[^/]*$|\.(?:lz|mz)$/i;

/** First bytes that stand for a type `application/…` (h2non/filetype 1.1), among them some that a text can begin with. */
const MAGIC =
  /^(?:MZ|PK|7z|%PDF|%!|BZh|Rar!|[CF]WS|\{\\rtf|SQLi|Cr24|NES|LZIP|ISc\(|MSCF|!<arch>|\x7fELF|de[xy]\n|wOF[F2]|OTTO|.{0,3}[\0-\x08\x0e-\x1f\ufffd])/s;

/** `ustar`, `DICM` and the mark of an embedded font stand further on, `CD001` at 32,769. */
const looksBinary = (text: string): boolean =>
  MAGIC.test(text) ||
  text.slice(0, 40).includes('\0') ||
  /ustar|DICM/.test(text.slice(0, 262)) ||
  text.slice(0, 32_774).includes('CD001');
