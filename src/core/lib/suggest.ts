import { distance } from 'fastest-levenshtein';
import { printable } from './printable.js';

/** Longer words are not compared: the distance costs the product of both lengths. */
const MAX_WORD = 64;

/** Characters of a hostile document that one message may echo. */
const MAX_ECHO = 60;

/** A word of a hostile document in backquotes, safe to print. What follows `://` is left out: webhook URLs are secrets. */
export const quote = (word: string): string => `\`${printable(word.replace(/:\/\/.*/s, '://…'), MAX_ECHO)}\``;

/** The candidate most like `word` (Levenshtein, case ignored), or `undefined` when none is near. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > MAX_WORD) return undefined;
  let best: { candidate: string; edits: number } | undefined;
  for (const candidate of [...candidates].sort()) {
    const edits = distance(word.toLowerCase(), candidate.toLowerCase());
    const allowed = Math.min(3, Math.floor(Math.max(word.length, candidate.length) / 2));
    if (edits <= allowed && edits < (best?.edits ?? Infinity)) best = { candidate, edits };
  }
  return best?.candidate;
}

/** `` `hgih`: did you mean `high`? ``, or the quoted word alone when nothing is near. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const match = nearest(word, candidates);
  return match === undefined ? quote(word) : `${quote(word)}: did you mean \`${match}\`?`;
}
