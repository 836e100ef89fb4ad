import { sha256 } from '../lib/digest.js';
import { maskLine } from '../lib/mask.js';
import { lineHashes } from './line-hash.js';

/** A source file as fingerprints see it: with every secret-like part masked, so that nothing derived from one is stored. */
export interface MaskedFile {
  lines: readonly string[];
  hashes: readonly string[];
}

/** Masks a file's text line by line. Line ends are those of SARIF and GitHub: LF, CR and CRLF. */
export function maskedFile(text: string): MaskedFile {
  const lines = text.split(/\r\n|\n|\r/).map(maskLine);
  return { lines, hashes: lineHashes(lines.join('\n')) };
}

/** Counts equal lines, so that the second finding on an equal line has another fingerprint than the first. */
export function fingerprinter(tool: string) {
  const ordinals = new Map<string, number>();
  return (rule: string, path: string, maskedLine: string): string => {
    const key = sha256([tool, rule, path, maskedLine].join('\0'));
    const ordinal = ordinals.get(key) ?? 0;
    ordinals.set(key, ordinal + 1);
    return sha256(`v1\0${key}\0${ordinal}`);
  };
}
