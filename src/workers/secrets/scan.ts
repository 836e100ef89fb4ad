import { assignmentDetector, NAME_PARTS, type Progress } from './assignment.js';
import { type Candidate, withoutOverlaps } from './candidate.js';
import { credentialFile } from './credential-file.js';
import { type Decoded, decode } from './decode.js';
import { pemBlock, puttyBlock } from './key-block.js';
import { keywordScanner } from './keywords.js';
import { locator, type Place } from './locate.js';
import type { SecretRule } from './rules.js';
import { type Syntax, syntaxOf } from './syntax.js';
import { tokenDetector } from './tokens.js';

/** A secret in a file: the region is the secret itself, so that it can be masked. */
export interface Secret extends Pick<Candidate, 'rule' | 'severity' | 'note'> {
  start: Place;
  end: Place;
  /** Byte offsets in `Decoded.bytes`, the end exclusive. */
  span: { start: number; end: number };
}

type Detector = (text: string, end: number, syntax: Syntax, done: Progress) => Candidate | undefined;

/** A part of the text that sets a detector to work. */
interface Trigger {
  literal: string;
  text: Detector | undefined;
  binary: Detector | undefined;
}

/** Prepares the rules once; the function given back scans one file after the other. */
export function secretScanner(rules: readonly SecretRule[]): (path: string, raw: Buffer) => Secret[] {
  const triggers = rules.flatMap(triggersOf).concat(assignmentTriggers(rules));
  const keywords = keywordScanner(triggers.map((trigger) => trigger.literal));
  const fileRule = rules.find((rule) => rule.detector === 'credential-file');
  return (path, raw) => {
    const decoded = decode(raw);
    const text = decoded.bytes.toString('latin1');
    const syntax = syntaxOf(path);
    const found: Candidate[] = fileRule === undefined ? [] : credentialFile(fileRule.id, path, text);
    const done: Progress = { nameEnd: 0 };
    keywords.scan(decoded.bytes, (index, end) => {
      const trigger = triggers[index];
      const candidate = (decoded.binary ? trigger?.binary : trigger?.text)?.(text, end, syntax, done);
      if (candidate !== undefined) found.push(candidate);
    });
    return placed(withoutOverlaps(found), decoded);
  };
}

function triggersOf(rule: SecretRule): Trigger[] {
  if (rule.detector === 'token') {
    const text = tokenDetector(rule, false);
    const binary = tokenDetector(rule, true);
    return rule.literals.map((literal) => ({
      literal,
      text: (all, end) => text(all, literal, end),
      binary: (all, end) => binary(all, literal, end),
    }));
  }
  if (rule.detector !== 'key-block') return [];
  const pem: Detector = (text, end) => pemBlock(rule.id, text, end);
  const putty: Detector = (text, end) => puttyBlock(rule.id, text, end);
  return [
    { literal: 'PRIVATE KEY', text: pem, binary: pem },
    { literal: 'Private-Lines', text: putty, binary: putty },
  ];
}

function assignmentTriggers(rules: readonly SecretRule[]): Trigger[] {
  const secret = rules.find((rule) => rule.detector === 'assigned-secret')?.id;
  const password = rules.find((rule) => rule.detector === 'assigned-password')?.id;
  if (secret === undefined || password === undefined) return [];
  const named = rules.filter((rule) => rule.detector === 'named');
  const detect = assignmentDetector(named, { secret, password });
  const literals = new Set([...NAME_PARTS, ...named.flatMap((rule) => rule.names)]);
  return [...literals].map((literal) => ({ literal, text: detect, binary: undefined }));
}

function placed(candidates: readonly Candidate[], decoded: Decoded): Secret[] {
  const locate = locator(decoded);
  return candidates.map(({ rule, start, end, severity, note }) => ({
    rule,
    start: locate(start),
    end: locate(end),
    span: { start, end },
    ...(severity === undefined ? {} : { severity }),
    ...(note === undefined ? {} : { note }),
  }));
}
