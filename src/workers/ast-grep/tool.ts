import * as z from 'zod';
import type { EmbeddedTool, Report, SourceFile } from '../lib/protocol.js';
import { blastRadiusRule, type ImportGraph, importGraph } from './blast-radius.js';
import { loadAstGrep, type Parse, type Span, type SyntaxTree } from './engine.js';
import { type Language, languageOf } from './languages.js';
import { placer } from './lines.js';
import { type Matcher, type Rule, readRules, ruleLine } from './rules.js';

/** Matching costs the square of a file's depth and crosses into WebAssembly at each node: 2 MB take a few seconds. */
const MAX_BYTES = 2_000_000;

/** A chain of 300 sums took 0.4 s to search, one of 1,000 took 12 s. */
const MAX_DEPTH = 300;

const configSchema = z.strictObject({
  maxDependents: z.int().min(0).default(20).describe('a module that more files import than this gets a review note'),
});

interface Search {
  rule: Rule;
  needs: RegExp;
  matchers: readonly Matcher[];
  unless: readonly Matcher[];
}

interface Started {
  parse: Parse;
  searches: ReadonlyMap<Language, Search[]>;
  limit: number;
  graph: ImportGraph;
  /** A call that did not return leaves WebAssembly in an unknown state; nothing after it is judged. */
  intact: boolean;
}

/** The rules of `rules/*.yaml`, which lie beside the worker, over Python, JavaScript, TypeScript, Go and Java. */
export function astGrepTool(): EmbeddedTool {
  let started: Started | undefined;
  return {
    async start(report, { config, asset }) {
      const limit = configSchema.parse(config).maxDependents;
      const rules = readRules(asset('.'));
      const searches = searchesOf(rules);
      const parse = await loadAstGrep(asset);
      for (const [language, list] of searches) prove(parse, language, list);
      for (const rule of rules) report.rule(ruleLine(rule));
      report.rule(blastRadiusRule(limit));
      started = { parse, searches, limit, graph: importGraph(), intact: true };
    },
    scanFile(file, report) {
      if (started === undefined) throw new Error('scanFile before start');
      scan(started, file, report);
    },
    finish: (report) => started?.graph.report(report, started.limit),
  };
}

function searchesOf(rules: readonly Rule[]): Map<Language, Search[]> {
  const searches = new Map<Language, Search[]>();
  for (const rule of rules) {
    for (const { languages, ...pattern } of rule.patterns) {
      for (const language of languages) {
        searches.set(language, [...(searches.get(language) ?? []), { rule, ...pattern }]);
      }
    }
  }
  return searches;
}

/** ast-grep checks a rule only when it runs: a broken one must stop the step, not hide in files that were never searched. */
function prove(parse: Parse, language: Language, searches: readonly Search[]): void {
  const empty = parse(language, '');
  for (const { rule, matchers, unless } of searches) {
    try {
      for (const matcher of [...matchers, ...unless]) empty.find(matcher);
    } catch (cause) {
      throw new Error(`rule ${rule.id} is not valid for ${language}`, { cause });
    }
  }
  empty.free();
}

function scan(started: Started, file: SourceFile, report: Report): void {
  const { path, size } = file;
  const language = languageOf(path);
  const text = size > MAX_BYTES ? undefined : file.text();
  if (language === undefined) report.unread({ path, reason: 'unsupported', detail: 'no rule for this language' });
  else if (size > MAX_BYTES) report.unread({ path, reason: 'too-large', detail: `larger than ${MAX_BYTES} bytes` });
  else if (text === undefined) report.unread({ path, reason: 'not-text', detail: 'not UTF-8 text' });
  else if (!started.intact)
    report.unread({ path, reason: 'unparsable', detail: 'the engine stopped at an earlier file' });
  else judge(started, path, language, text, report);
}

function judge(started: Started, path: string, language: Language, text: string, report: Report): void {
  started.graph.add(path, language, text);
  const searches = (started.searches.get(language) ?? []).filter(({ needs }) => needs.test(text));
  if (searches.length === 0) return;
  started.intact = false;
  const tree = started.parse(language, text);
  if (tree.depth(MAX_DEPTH) > MAX_DEPTH) {
    report.unread({ path, reason: 'unparsable', detail: `nested deeper than ${MAX_DEPTH}` });
  } else {
    // The parser skips what it does not know and goes on: the rest is still searched.
    if (tree.hasError()) report.unread({ path, reason: 'unparsable', detail: 'syntax error' });
    search(tree, searches, path, text, report);
  }
  tree.free();
  started.intact = true;
}

function search(tree: SyntaxTree, searches: readonly Search[], path: string, text: string, report: Report): void {
  const place = placer(text);
  for (const { rule, matchers, unless } of searches) {
    const spans = matchers.flatMap((matcher) => tree.find(matcher));
    if (spans.length === 0 || unless.some((matcher) => tree.find(matcher).length > 0)) continue;
    for (const span of outermost(spans)) report.finding({ rule: rule.id, path, ...place(span), message: rule.message });
  }
}

/** One span for each start, in the order of the text. */
function outermost(spans: readonly Span[]): Span[] {
  const sorted = [...spans].sort((a, b) => a.start - b.start || b.end - a.end);
  return sorted.filter(({ start }, index) => sorted[index - 1]?.start !== start);
}
