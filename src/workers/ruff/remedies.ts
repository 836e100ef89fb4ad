const XML = 'Parse XML that you did not write yourself with defusedxml, which refuses entity expansion.';
const PASSWORD = 'Read the password from the environment or a secret store, and change the one that was committed.';
const COMMAND = 'Pass the command as a list of arguments without a shell, and check each argument against a list.';
const SQL = 'Use placeholders and pass the values as parameters.';
const DROPPED = 'Catch the exceptions that you expect, and log or raise the others.';
const DESERIALISE = 'Use a format that holds data only, such as JSON, for anything that others can write.';
const TLS = 'Use ssl.create_default_context(), which takes TLS 1.2 or newer and verifies certificates.';
const CIPHER = 'Use an authenticated mode of a current cipher, such as AES-GCM.';
const SNMP = 'Use SNMPv3 with authentication and privacy (authPriv).';
const REMOTE = 'Use SSH, SFTP or HTTPS.';
const HASH = 'Use SHA-256 or newer; where no attacker matters, pass usedforsecurity=False.';
const HTML = 'Escape what comes from users; mark as safe only markup that the program wrote itself.';

/** What to do about each rule of the table. */
export const REMEDIES: Readonly<Record<string, string>> = {
  S101: 'Raise an exception for checks that must hold in production; assertions in tests are fine.',
  S102: 'Call the function that is meant, or choose it from a fixed table.',
  S103: 'Give the file to its owner alone (0o600, or 0o700 for programs), and a group only where it needs it.',
  S104: 'Bind to the interface that has to be reached, such as 127.0.0.1.',
  S105: PASSWORD,
  S106: PASSWORD,
  S107: PASSWORD,
  S108: 'Use tempfile.NamedTemporaryFile or tempfile.mkdtemp, which make an unpredictable private name.',
  S110: DROPPED,
  S112: DROPPED,
  S113: 'Pass timeout= with a number of seconds.',
  S201: 'Leave debug off; its console runs any code that a visitor enters.',
  S202: "Pass filter='data', and unpack archives only into an empty folder.",
  S301: DESERIALISE,
  S302: DESERIALISE,
  S303: HASH,
  S304: CIPHER,
  S305: CIPHER,
  S306: 'Use tempfile.mkstemp or NamedTemporaryFile, which create the file at once.',
  S307: 'Use ast.literal_eval for literals, or a parser for the language that is meant.',
  S308: HTML,
  S310: 'Check that the scheme is https (or http) before the URL is opened.',
  S311: 'Use the secrets module for tokens, passwords and keys.',
  S312: REMOTE,
  S313: XML,
  S314: XML,
  S315: XML,
  S316: XML,
  S317: XML,
  S318: XML,
  S319: XML,
  S321: REMOTE,
  S323: TLS,
  S324: HASH,
  S501: 'Leave verify on; give the path of your own certificate authority where there is one.',
  S502: TLS,
  S503: TLS,
  S504: TLS,
  S505: 'Use RSA or DSA keys of at least 2048 bits, or elliptic curves of at least 224 bits.',
  S506: 'Use yaml.safe_load.',
  S507: 'Load the known host keys and use RejectPolicy.',
  S508: SNMP,
  S509: SNMP,
  S601: 'Quote each argument with shlex.quote, or use SFTP for file work.',
  S602: COMMAND,
  S603: 'Check that no argument comes from a user, or check it against a list.',
  S604: COMMAND,
  S605: COMMAND,
  S606: 'Check that no argument comes from a user, or check it against a list.',
  S607: 'Name the program by its absolute path where PATH can be set by others.',
  S608: SQL,
  S609: 'List the files with glob and pass them after `--`.',
  S610: `Write the query with the ORM. ${SQL}`,
  S611: `Write the query with the ORM. ${SQL}`,
  S612: 'Pass a verify function that checks a signature, or do without the listener.',
  S701: 'Pass autoescape=True or select_autoescape().',
  S702: "Set default_filters=['h'] on the template or its lookup.",
  S704: HTML,
};
