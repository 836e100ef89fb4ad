import type { RuleLine } from '../../lib/protocol.js';

/** A client identifier is not a secret (RFC 6749, 2.2); a public key is made to be shown. */
const PUBLIC = /(?:client-id|public-key)$/;
/** Rules that go by a name and the look of its value, and know no provider's form. */
const GENERIC = /(?:^|\.)generic-/;
const PRIVATE_KEY = /private-key|age-secret-key|pkcs12/;

/**
 * A rule of a secret scanner that has ids and no severities of its own. A credential of a known form is high: whoever can
 * read the repository can use it. CWE-798 is the use of hard-coded credentials, CWE-321 that of a hard-coded key.
 */
export function secretRule(id: string, description: string, helpUri: string): Omit<RuleLine, 'type'> {
  return {
    id,
    name: id,
    severity: PUBLIC.test(id) ? 'low' : GENERIC.test(id) ? 'medium' : 'high',
    kind: 'fail',
    cwe: [PRIVATE_KEY.test(id) ? 'CWE-321' : 'CWE-798'],
    shortDescription: `A text that matches the rule ${id}.`,
    fullDescription: description,
    help: SECRET_HELP,
    helpUri,
  };
}

export const SECRET_HELP =
  'Revoke the credential where it was issued, since whoever has a copy of the repository has it; then read the new one from the environment or a secret store.';
