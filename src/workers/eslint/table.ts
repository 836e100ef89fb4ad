/** Severity, CWE number, what was found (also the message: those of the rules quote the source), what to do. */
export type Row = readonly [severity: 'high' | 'medium' | 'low', cwe: number, title: string, help: string];

const CODE = 'Call the function that is meant, choose it from a fixed table, or parse data with JSON.parse.';
const MARKUP = 'Set textContent, build elements, or clean the markup with a sanitiser such as DOMPurify.';
const BACKTRACKING =
  'Rewrite the pattern without nested or overlapping repetition, or use a linear-time engine such as RE2.';

/**
 * The rules that run: eslint-plugin-security's recommended ones, ESLint's own on code made from strings,
 * eslint-plugin-no-unsanitized's, and the one of eslint-plugin-regexp that proves super-linear matching.
 * CWE: the weakness that the rule's documentation describes. Severity: high where the pattern itself runs code or
 * commands that are not literals (as bandit rates B602, B605); medium where one more condition is needed; low where most
 * hits on real code are harmless (object injection, file names and patterns that are not literals, timing).
 */
export const RULES: Readonly<Record<string, Row>> = {
  'no-debugger': ['low', 489, 'A debugger statement was left in.', 'Remove it.'],
  'no-eval': ['medium', 95, 'eval is used.', CODE],
  'no-implied-eval': ['medium', 95, 'A timer is given code as a string.', 'Pass a function.'],
  'no-new-func': ['medium', 95, 'A function is made from a string.', CODE],
  'no-script-url': ['low', 79, 'A javascript: URL.', 'Attach an event listener.'],
  'no-unsanitized/method': ['medium', 79, 'Markup that is not a literal is passed to a method that parses it.', MARKUP],
  'no-unsanitized/property': [
    'medium',
    79,
    'Markup that is not a literal is assigned to a property that parses it.',
    MARKUP,
  ],
  'regexp/no-super-linear-backtracking': [
    'medium',
    1333,
    'Matching this pattern can take polynomial or exponential time.',
    BACKTRACKING,
  ],
  'security/detect-bidi-characters': [
    'high',
    838,
    'Characters that change the text direction make code read otherwise than it runs.',
    'Remove them, or write them as escapes inside strings.',
  ],
  'security/detect-buffer-noassert': [
    'medium',
    119,
    'A buffer is read or written with noAssert, so beyond its end.',
    'Leave noAssert out.',
  ],
  'security/detect-child-process': [
    'high',
    78,
    'A command that is not a literal is given to a shell.',
    'Use execFile or spawn without a shell and pass the arguments as an array.',
  ],
  'security/detect-disable-mustache-escape': [
    'medium',
    79,
    'A template engine with escaping switched off.',
    'Leave it on.',
  ],
  'security/detect-eval-with-expression': ['high', 95, 'eval is called with something that is not a literal.', CODE],
  'security/detect-invisible-characters': [
    'medium',
    838,
    'An identifier or comment holds a character that is not visible.',
    'Remove it, or write it as an escape inside a string.',
  ],
  'security/detect-new-buffer': [
    'low',
    908,
    'new Buffer with something that is not a literal.',
    'Use Buffer.from or Buffer.alloc.',
  ],
  'security/detect-no-csrf-before-method-override': [
    'medium',
    352,
    'The CSRF check is installed before methodOverride, which steps around it.',
    'Install methodOverride first.',
  ],
  'security/detect-non-literal-fs-filename': [
    'low',
    22,
    'A file is opened by a name that is not a literal.',
    'Resolve the name and check that it lies in the folder that is meant.',
  ],
  'security/detect-non-literal-regexp': [
    'low',
    1333,
    'A regular expression is made from something that is not a literal.',
    'Escape what comes from users, limit its length, or use a linear-time engine such as RE2.',
  ],
  'security/detect-non-literal-require': [
    'medium',
    829,
    'A module is loaded by a name that is not a literal.',
    'Choose the module from a fixed table.',
  ],
  'security/detect-object-injection': [
    'low',
    915,
    'A property is reached by a name that is not a literal.',
    'Use a Map, an object without prototype, or check the name against a list.',
  ],
  'security/detect-possible-timing-attacks': [
    'low',
    208,
    'A value that may be a secret is compared byte by byte.',
    'Use crypto.timingSafeEqual on values of equal length.',
  ],
  'security/detect-pseudoRandomBytes': [
    'medium',
    338,
    'crypto.pseudoRandomBytes is not for secrets.',
    'Use crypto.randomBytes.',
  ],
  'security/detect-unsafe-regex': [
    'medium',
    1333,
    'A pattern with nested repetition may take exponential time.',
    BACKTRACKING,
  ],
};
