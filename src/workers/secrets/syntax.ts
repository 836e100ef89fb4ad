/**
 * How a file writes a value. `code`: what is not quoted is an expression. `config`: it is the value. `prose`: it is
 * likely a word. `store`: a file that exists to hold credentials, so that even `password` is one.
 */
export type Syntax = 'code' | 'config' | 'prose' | 'store';

const set = (words: string): ReadonlySet<string> => new Set(words.split(' '));

const CODE = set(
  'py pyi pyx js jsx mjs cjs ts tsx mts cts vue svelte java kt kts scala groovy gradle go rs c h cc cpp cxx hpp cs vb fs swift m mm php ' +
    'phtml rb erb pl pm lua r jl dart ex exs erl hs ml clj sol sql css scss sass less html htm xhtml jinja j2 njk hbs ejs svg graphql proto ipynb map',
);
const PROSE = set(
  'md markdown mdx rst txt text adoc asciidoc tex po pot mo csv tsv log diff patch xlf xliff strings resx srt',
);

/** Names of the files in which clients keep what they log in with. */
const STORES =
  /(?:^|\/)(?:[._]netrc|\.(?:esmtprc|msmtprc|fetchmailrc|ftpconfig|remote-sync\.json|s3cfg|boto|tugboat|pypirc|dockercfg|env(?:\.[\w-]+)?|credentials)|sftp(?:-config)?\.json|deployment-config\.json|dbeaver-data-sources[\w-]*\.xml|(?:filezilla|recentservers|sitemanager)\.xml|robomongo\.json|webservers\.xml|logins\.json|wp-config\.php|\.aws\/credentials|\.docker\/config\.json)$/i;

const PUBLISHED = /example|sample|template|dist$/i;

export function syntaxOf(path: string): Syntax {
  const base = path.slice(path.lastIndexOf('/') + 1);
  if (STORES.test(path) && !PUBLISHED.test(base)) return 'store';
  const dot = base.lastIndexOf('.');
  const extension = dot < 0 ? '' : base.slice(dot + 1).toLowerCase();
  if (CODE.has(extension)) return 'code';
  return PROSE.has(extension) || /^(?:readme|changelog|license|copying|authors|notice)/i.test(base)
    ? 'prose'
    : 'config';
}
