/** Words that stand for a value which is filled in elsewhere. Any length of value. */
const WORDS =
  /example|placeholder|change[-_ ]?me|chang[ei]t|replace[-_ ]?|redacted|removed|dummy|sample|your[-_ ]|[-_ ]your|^your|insert[-_ ]|todo|fixme|not[-_ ]?(?:a[-_ ]?)?(?:real|secret|used)|fake|foobar|lorem|mock|put[-_ ]|enter[-_ ]|secret[-_ ]?(?:here|goes)|[-_ ]here|undefined|^none$|^null$|^nil$|^true$|^false$|^yes$|^no$|^empty$|^default$|^unset$|^optional$|^required$|^string$|^unknown$|^n\/?a$/i;

/** Templates, shell and build variables, format directives: the value is not here. */
const TEMPLATES =
  /<[A-Za-z][\w: -]{0,40}>|\$\{|\{\{|\}\}|#\{|%\(|%[sdv]\b|\$\(|%\{|<%|\[\[|^<|^\[.*\]$|^\{.*\}$|^%.*%$|^@.*@$|^\$[A-Za-z_]/;

/** AWS writes EXAMPLE into the keys of its documentation. */
const FILLERS = /EXAMPLE|x{4}|X{4}|\*{3}|\.{3}|_{4}|-{4}|#{4}|\?{3}|•{3}/;

/** Longest run of one character, and longest run of characters that each follow the one before in code order. */
const RUN = 6;
const ASCENT = 11;

/** Whether a value stands for another: a template, an example word, a filler, a counting sequence. */
export const isPlaceholder = (value: string): boolean => WORDS.test(value) || TEMPLATES.test(value) || isFiller(value);

/** Whether a token of a known form is filled with crosses, one repeated character or an alphabet. */
export function isFiller(value: string): boolean {
  return FILLERS.test(value) || hasRun(value, 0, RUN) || hasRun(value, 1, ASCENT);
}

function hasRun(value: string, step: 0 | 1, length: number): boolean {
  let run = 1;
  for (let i = 1; i < value.length; i++) {
    run = value.charCodeAt(i) === value.charCodeAt(i - 1) + step ? run + 1 : 1;
    if (run >= length) return true;
  }
  return false;
}
