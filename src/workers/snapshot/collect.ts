import { compilePathRules, type PathRules } from '../../core/lib/paths.js';
import type { UnreadReason } from '../../core/lib/unread.js';
import { escapePath, matchablePath, type RawPath } from '../../core/source/names.js';
import type { FileMode, SnapshotRequest, UnreadLine } from '../../core/source/protocol.js';
import { Caps } from './refused.js';
import type { Content } from './store.js';

export type FileClass = 'general' | 'sensitive';

/** A file or link that is part of the snapshot. */
export interface Taken extends Content {
  path: RawPath;
  at: string;
  mode: FileMode;
  class: FileClass;
  tracked: boolean;
  /** What a link says. */
  target?: RawPath;
  /** The file or folder that was taken to which it leads. */
  leadsTo?: RawPath;
}

/** Everything that was found in the source, under the caps and path rules of the request. */
export class Collection {
  readonly taken: Taken[] = [];
  readonly unread: UnreadLine[] = [];
  readonly excluded = new Map<string, { rule: string; class: string; count: number }>();
  /** Paths that are in an archive or commit, within the caps, and not read; a folder can be asked itself. */
  readonly passed = new Set<RawPath>();
  ignored = 0;
  readonly caps: Caps;
  readonly #rules: PathRules;

  constructor(readonly request: SnapshotRequest) {
    this.caps = new Caps(request.limits);
    this.#rules = compilePathRules(request.pathRules);
  }

  /**
   * The class of a path that may be read; `undefined`, and counted, for an excluded one. Where no git tells what is
   * tracked, everything counts as tracked: rules for untracked files leave nothing out.
   */
  classify(path: RawPath, tracked: boolean): FileClass | undefined {
    const decision = this.#rules.read(matchablePath(path), tracked || !this.request.git);
    if (decision.action === 'exclude') {
      this.#pass(path);
      this.exclude(decision.reason, decision.class);
    } else return decision.action === 'sensitive' ? 'sensitive' : 'general';
  }

  exclude(rule: string, kind: string): void {
    const entry = this.excluded.get(rule) ?? { rule, class: kind, count: 0 };
    entry.count += 1;
    this.excluded.set(rule, entry);
  }

  /** A path that was in scope and is not read, or not judged whole. */
  leave(path: RawPath, reason: UnreadReason, detail: string, audit?: UnreadLine['audit']): void {
    this.caps.file();
    this.note(path, reason, detail, audit);
  }

  /** As `leave`, for a path that is counted already. */
  note(path: RawPath, reason: UnreadReason, detail: string, audit?: UnreadLine['audit']): void {
    this.#pass(path);
    const shown = escapePath(path.slice(0, this.request.limits.maxPathBytes));
    this.unread.push({ type: 'unread', path: shown, reason, detail, ...(audit ? { audit } : {}) });
  }

  /** False, and the path is left unread, when it is longer or deeper than the caps allow. */
  fits(path: RawPath, isFolder = false): boolean {
    const problem = this.#excess(path, isFolder);
    if (problem !== undefined) this.leave(path, 'name', problem);
    return problem === undefined;
  }

  #pass(path: RawPath): void {
    if (this.request.kind !== 'folder' && this.#excess(path) === undefined) this.passed.add(path);
  }

  #excess(path: RawPath, isFolder = false): string | undefined {
    const { maxDepth, maxPathBytes } = this.request.limits;
    if (path.length > maxPathBytes) return `the path is longer than ${maxPathBytes} bytes`;
    const depth = path.split('/').length - (isFolder ? 0 : 1);
    return depth > maxDepth ? `more than ${maxDepth} folders deep` : undefined;
  }
}
