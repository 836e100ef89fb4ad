import picomatch from 'picomatch';

/** What a rule does to the paths it names, strongest first. `sensitive` and the edit rules answer different questions. */
export type PathAction = 'exclude' | 'sensitive' | 'edit-deny' | 'edit-protected' | 'edit-allow';

export interface PathRule {
  /** The rule's name, kept in the evidence. */
  rule: string;
  /** What kind of path it is, such as `secret` or `build-output`. */
  class: string;
  /** Globs over whole repository paths, `/` between names; a leading dot is matched like any character. */
  globs: readonly string[];
  /** Paths that the rule does not touch although its globs name them. */
  except?: readonly string[];
  action: PathAction;
  /** The rule does not touch what git tracks, nor anything where no git tells, so that hiding code there is no off switch. */
  unlessTracked?: boolean;
}

export interface PathDecision {
  action: PathAction | 'read' | 'edit-unlisted';
  class: string;
  /** The rule that decided, or why none did. */
  reason: string;
}

/** Rules ready for use; made once, asked for each path. */
export interface PathRules {
  /** exclude > sensitive > read. */
  read(path: string, tracked: boolean): PathDecision;
  /** exclude > edit-deny > edit-protected > edit-allow > edit-unlisted. */
  edit(path: string, tracked: boolean): PathDecision;
}

const READ: readonly PathAction[] = ['exclude', 'sensitive'];
const EDIT: readonly PathAction[] = ['exclude', 'edit-deny', 'edit-protected', 'edit-allow'];

/** The one place that decides on paths. Of several rules with the same action the first wins. */
export function compilePathRules(rules: readonly PathRule[]): PathRules {
  const compiled = rules.map((rule) => ({ ...rule, matches: ruleMatcher(rule) }));
  const decide = (order: readonly PathAction[], otherwise: PathDecision) => {
    const ordered = order.flatMap((action) => compiled.filter((rule) => rule.action === action));
    return (path: string, tracked: boolean): PathDecision => {
      const rule = ordered.find((one) => !(tracked && one.unlessTracked) && one.matches(path));
      return rule === undefined ? otherwise : { action: rule.action, class: rule.class, reason: rule.rule };
    };
  };
  return {
    read: decide(READ, { action: 'read', class: 'source', reason: 'no rule restricts reading' }),
    edit: decide(EDIT, { action: 'edit-unlisted', class: 'source', reason: 'no rule allows editing' }),
  };
}

function ruleMatcher({ globs, except, action }: PathRule): (path: string) => boolean {
  const named = globMatcher(globs, action === 'sensitive');
  const spared = except === undefined ? () => false : globMatcher(except, action === 'sensitive');
  return (path) => named(path) && !spared(path);
}

/**
 * Matches whole paths, by glob or, as picomatch does, by the very text: `app/[id].ts` names a file of that name too. The `s`
 * flag is there because file names may hold line breaks, which `.` would not match: without it a name decides whether a
 * rule applies. `anyCase` is for key files: `ID.PEM` holds a key too.
 */
export function globMatcher(globs: readonly string[], anyCase = false): (path: string) => boolean {
  const options = { dot: true, nonegate: true, windows: false, nocase: anyCase, flags: anyCase ? 'is' : 's' };
  const texts = new Set(globs);
  // Asked directly: a matcher of picomatch's takes twice as long.
  const patterns = globs.map((glob) => picomatch.makeRe(glob, options));
  return (path) => texts.has(path) || patterns.some((pattern) => pattern.test(path));
}
