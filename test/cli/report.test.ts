import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { budgets, gapParts } from '../../src/cli/answer.js';
import { markdown } from '../../src/cli/report.js';
import { finalScreen, topFindings } from '../../src/cli/screen.js';
import { forMarkdown } from '../../src/core/lib/escape.js';
import type { ScanResult } from '../../src/core/scan.js';
import { scriptedCatalog } from '../support/catalog.js';
import { findingLine, jsonLines, leaves, reportText, ruleLine } from '../support/reports.js';
import { scanWith, temporaryFolder } from '../support/scan.js';

const NOTE = ruleLine({ id: 'N1', name: 'N1', severity: 'none', kind: 'review', cwe: [] });
const HOSTILE = '| x | <b>[y](https://evil.example)</b> `z` @someone';

const TOOLS = [
  {
    id: 'sound',
    script: leaves(reportText([findingLine({ message: HOSTILE }), findingLine({ rule: 'N1' })], [ruleLine(), NOTE])),
  },
  { id: 'twin', script: leaves(reportText([findingLine()])) },
  { id: 'left', script: leaves(reportText([findingLine()])) },
  { id: 'crash', script: 'process.exit(7);' },
  {
    id: 'partial',
    script: leaves(
      jsonLines([
        { type: 'unread', path: 'a.txt', reason: 'timeout', detail: HOSTILE },
        { type: 'unread', path: 'b.txt', reason: 'not-text', detail: 'it is none' },
        { type: 'end', files: 1, findings: 0 },
      ]),
    ),
  },
];

const POLICY = {
  schemaVersion: 1,
  name: 'p',
  incomplete: { accept: [{ reasons: ['not-text'], because: 'pictures' }] },
};

let result: ScanResult;
let md: string;
let screen: string;
beforeAll(async () => {
  const folder = temporaryFolder();
  const source = join(folder, 'source');
  mkdirSync(join(source, 'vendor'), { recursive: true });
  for (const name of ['a.txt', 'b.txt', 'vendor/c.txt', 'vendor/d.txt']) writeFileSync(join(source, name), 'one\n');
  result = await scanWith(await scriptedCatalog(folder, TOOLS), {
    source,
    exportDir: join(folder, 'out'),
    profile: 'scripted',
    policy: { file: 'policy.json', text: JSON.stringify(POLICY) },
    narrowing: { exclude: ['vendor/**'], skipTools: ['left'] },
  });
  const top = await topFindings(result);
  [screen, md] = [finalScreen(result, top, (_, text) => text), markdown(result, top)];
}, 60_000);

describe('the answer in Markdown', () => {
  it('tells whatever the screen tells', () => {
    const { evidence } = result;
    const parts = [budgets(evidence), ...gapParts(evidence)];
    const cells = parts.flatMap(({ title, rows }) => [title, ...rows.flat()]);
    expect(cells.filter((cell) => !screen.includes(cell))).toEqual([]);
    expect(cells.filter((cell) => !md.includes(forMarkdown(cell)))).toEqual([]);
    const reasons = evidence.verdict.reasons.flatMap(({ message, remedy }) => [message, remedy]);
    expect(reasons.filter((text) => !screen.includes(text) || !md.includes(forMarkdown(text)))).toEqual([]);
  });

  it('hides no narrowing, no gap and no failure', () => {
    expect(md.replace(/Bundle: .*\n/, '')).toMatchInlineSnapshot(`
      "## Security scan: error

      - crash ended with exit code 7; its tool file knows 0. Its log is in the run record.
      - partial: 1 file not judged (timeout), first a.txt: \\| x \\| &lt;b&gt;\\[y\\](https:&#8203;//evil.example)&lt;/b&gt; \\\`z\\\` @&#8203;someone. Give the tool more time, or exclude the files, or accept the gap under \\\`incomplete.accept\\\` in the policy.
      - 1 high finding, 0 allowed. Mend the findings, or change the budget.

      ### Budgets

      | budget | severity | count | allowed |  |
      | --- | --- | --- | --- | --- |
      | overall | critical | 0 | of 0 |  |
      | overall | high | 1 | of 0 | exceeded |
      | overall | medium | 0 | no limit |  |
      | overall | low | 0 | no limit |  |
      | review notes |  | 1 | no limit |  |

      ### Findings (2 most severe of 2)

      | severity | where | rule | message |
      | --- | --- | --- | --- |
      | high | a.txt:1 | sound R1 CWE-1 | \\| x \\| &lt;b&gt;\\[y\\](https:&#8203;//evil.example)&lt;/b&gt; \\\`z\\\` @&#8203;someone |
      | high | a.txt:1 | twin R1 CWE-1 | found |

      ### Did not run

      | tool | outcome | why |
      | --- | --- | --- |
      | crash | error | crash ended with exit code 7; its tool file knows 0 |
      | left | skipped | operator: --skip-tools |

      ### Left out

      | by | what |
      | --- | --- |
      | budgets | count 1 of 3 findings (1 review note; 1 the same flaw told by another tool, or without a severity) |
      | code scanners | given 2 of 2 files |
      | operator-exclude | 2 paths excluded |
      | policy | 1 gap accepted (incomplete.accept) |
      | partial | 1 file not judged (timeout: \\| x \\| &lt;b&gt;\\[y\\](https:&#8203;//evil.example)&lt;/b&gt; \\\`z\\\` @&#8203;someone) |
      | partial | 1 file not judged (not-text: it is none) |

      ### Tools

      | tool | outcome | findings | files | not judged |
      | --- | --- | --- | --- | --- |
      | sound | findings | 2 | 2 | 0 |
      | twin | findings | 1 | 2 | 0 |
      | crash | error | 0 | 2 | 0 |
      | partial | clean | 0 | 2 | 2 |
      | left | skipped | 0 | 0 | 0 |

      "
    `);
  });

  it('lets no text of the tree act as markup', () => {
    expect(md).not.toMatch(/<b>|[^\\]\[y|@someone| x \| <|[^\\]`z/);
  });
});
