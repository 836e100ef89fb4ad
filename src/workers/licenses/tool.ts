import type { EmbeddedTool, Report, SourceFile, UnreadLine } from '../lib/protocol.js';
import { Malformed } from '../sbom/located.js';
import { MAX_BYTES } from '../sbom/tool.js';
import { whyUnread } from '../sbom/unread-formats.js';
import { configSchema } from './config.js';
import type { Declarations } from './declaration.js';
import { type Format, formatOf } from './formats.js';
import { rulesOf } from './rules.js';
import { type Silent, tellSilent } from './silent.js';
import { type Tell, teller } from './tell.js';

/**
 * Judges the licences that lockfiles and manifests declare; no text of a licence is read, and nothing is executed. What
 * a file leaves open is said: a package without a licence, and once for a file that holds none.
 */
export function licensesTool(): EmbeddedTool {
  let tell: Tell | undefined;
  const files: Silent[] = [];
  return {
    async start(report, options) {
      const config = configSchema.parse(options.config);
      for (const rule of rulesOf(config)) report.rule(rule);
      tell = teller(config);
    },
    scanFile(file, report) {
      if (tell === undefined) throw new Error('scanFile before start');
      const { path } = file;
      const found = read(file);
      if ('reason' in found) report.unread({ path, ...found });
      else files.push(told(path, found, tell, report));
    },
    finish: (report) => tellSilent(files, report),
  };
}

function told(path: string, { format, declarations }: Read, tell: Tell, report: Report): Silent {
  const named = declarations.silent + declarations.dependencies.length;
  return { path, format, named, packages: tell(path, declarations, report) };
}

interface Read {
  format: Format;
  declarations: Declarations;
}

function read(file: SourceFile): Read | Pick<UnreadLine, 'reason' | 'detail'> {
  const format = formatOf(file.path);
  if (format === undefined) return { reason: 'unsupported', detail: whyUnread(file.path) };
  if (file.size > MAX_BYTES) return { reason: 'too-large', detail: `over ${MAX_BYTES} bytes` };
  const text = file.text();
  if (text === undefined) return { reason: 'not-text', detail: 'not UTF-8 text' };
  try {
    return { format, declarations: format.read(text.replace(/^\uFEFF/, ''), file.path) };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { reason: 'unparsable', detail: error.message };
  }
}
