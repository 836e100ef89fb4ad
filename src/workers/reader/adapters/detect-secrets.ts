import * as z from 'zod';
import type { RuleLine } from '../../lib/protocol.js';
import type { Adapter, Sink } from '../adapter.js';
import { reportedName } from '../names.js';
import { SECRET_HELP } from '../secrets/rule.js';

const secret = z.looseObject({ type: z.string().min(1), line_number: z.int().min(1) });

/** The baseline that `detect-secrets scan` prints, detect-secrets 1.5. */
const schema = z.looseObject({
  plugins_used: z.array(z.looseObject({ name: z.string() })).min(1, 'no plugin was used'),
  filters_used: z.array(z.looseObject({ path: z.string() })),
  results: z.record(z.string().min(1), z.array(secret)),
});

/** The filter that obeys `pragma: allowlist secret`. */
const ALLOWLIST = 'detect_secrets.filters.allowlist.is_line_allowlisted';

/**
 * Reads the report of detect-secrets. It has lines and no columns, and lists a value once a file. What it leaves out
 * without a word is told from the file.
 */
export const detectSecrets: Adapter = (report, sink) => {
  const { filters_used: filters, results } = schema.parse(report);
  if (filters.some(({ path }) => path === ALLOWLIST)) sink.failed('detect-secrets obeyed comments of the source');
  for (const [name, secrets] of Object.entries(results)) {
    for (const { type, line_number: startLine } of secrets) {
      const rule = ruleOf(type);
      sink.rule(rule);
      // The kind alone: `hashed_secret` is the bare SHA-1 of the value.
      sink.finding({ rule: rule.id, path: reportedName(name), startLine, message: rule.fullDescription });
    }
  }
  for (const { name } of sink.files) tellLeftOut(name, sink);
};

function ruleOf(type: string): Omit<RuleLine, 'type'> {
  const id = type
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  const address = id === 'public-ip-ipv4';
  return {
    id,
    name: id,
    severity: address ? 'low' : GUESSES.has(id) ? 'medium' : 'high',
    kind: 'fail',
    cwe: [address ? 'CWE-200' : id === 'private-key' ? 'CWE-321' : 'CWE-798'],
    shortDescription: `${type}.`,
    fullDescription: `A text that detect-secrets takes for: ${type}. Whoever can read the repository can read it.`,
    help: address ? 'Read addresses of machines from configuration that is not in the repository.' : SECRET_HELP,
    helpUri: 'https://github.com/Yelp/detect-secrets#readme',
  };
}

/**
 * Types that go by a name or by entropy and know no issuer's form, so that many are no secrets (its README, "Plugins":
 * regex-based rules against the entropy and the keyword detector). The others are credentials of a known form: high.
 */
const GUESSES = new Set(['secret-keyword', 'base64-high-entropy-string', 'hex-high-entropy-string']);

function tellLeftOut(path: string, sink: Sink): void {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const extension = /[^.](\.[^.]*)$/.exec(name)?.[1] ?? '';
  const known = LOCK_FILES.has(name) ? 'name' : EXTENSIONS.has(extension) ? 'extension' : undefined;
  const isText = known !== undefined || sink.isUtf8(path);
  const told = known ?? (!isText && sink.text(path).includes('\0') ? 'bytes' : undefined);
  if (told !== undefined) {
    const detail = `detect-secrets does not look into such a file (told by its ${told})`;
    sink.unread({ path, reason: 'unsupported', detail });
  } else if (!isText) sink.unread({ path, reason: 'not-text', detail: 'not UTF-8 text' });
}

/** `heuristic.is_lock_file` of detect-secrets 1.5: their checksums would be thousands of high-entropy strings. */
const LOCK_FILES = new Set([
  ...[
    'Brewfile.lock.json',
    'Cartfile.resolved',
    'composer.lock',
    'Gemfile.lock',
    'Package.resolved',
    'package-lock.json',
  ],
  ...['Podfile.lock', 'yarn.lock', 'Pipfile.lock', 'poetry.lock', 'Cargo.lock', 'packages.lock.json'],
]);

/** `heuristic.is_non_text_file` of detect-secrets 1.5, which cannot be turned off. */
const EXTENSIONS = new Set([
  ...['.7z', '.bin', '.bmp', '.bz2', '.class', '.css', '.dmg', '.doc', '.eot', '.exe', '.gif', '.gz', '.ico', '.iml'],
  ...[
    '.ipr',
    '.iws',
    '.jar',
    '.jpg',
    '.jpeg',
    '.lock',
    '.map',
    '.mo',
    '.pdf',
    '.png',
    '.prefs',
    '.psd',
    '.rar',
    '.realm',
  ],
  ...['.s7z', '.sum', '.svg', '.tar', '.tif', '.tiff', '.ttf', '.webp', '.woff', '.xls', '.xlsx', '.zip'],
]);
