import * as z from 'zod';
import { Refusal } from '../../errors.js';
import { secretText } from '../key-file.js';
import { type Asking, askJson } from './exchange.js';
import { addressOf } from './services.js';

/** What a token says that signing needs. Nobody here checks its signature: Fulcio does. */
export interface IdentityToken {
  text: string;
  /** What the key signs to prove that it is held by whom the token was given to. */
  subject: string;
  expires: Date;
}

/** Gives a token: a new one each time where the environment has an issuer, else the one that it was given. */
export type TokenSource = (asking: Asking) => Promise<IdentityToken>;

/** Whom a token is meant for, as Fulcio wants it. */
const AUDIENCE = 'sigstore';

export interface TokenPlace {
  /** A path, `env:NAME` or `fd:N`; absent: what the environment has. */
  from?: string | undefined;
  env: NodeJS.ProcessEnv;
}

/**
 * Where the identity token comes from: the one that is named, GitHub Actions' own issuer, or `SIGSTORE_ID_TOKEN`. Throws
 * `Refusal` when there is none, or when it is no token.
 */
export async function tokenSource({ from, env }: TokenPlace): Promise<TokenSource> {
  if (from !== undefined) return fixed((await secretText(from, env)).text, '--identity-token');
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer } = env;
  if (url && bearer) return ambient(url, bearer);
  const { SIGSTORE_ID_TOKEN: text } = env;
  if (text) return fixed(text, 'SIGSTORE_ID_TOKEN');
  throw refuse(
    '--keyless: there is no identity token',
    'Name one with --identity-token, set SIGSTORE_ID_TOKEN, or in GitHub Actions give the job `permissions: id-token: write`.',
  );
}

function fixed(text: string, from: string): TokenSource {
  const token = parse(text.trim());
  if (token === undefined) throw refuse(`${from}: expected a JSON Web Token with a subject and an end`);
  if (token.expires.getTime() <= Date.now()) throw refuse(`${from}: the token has expired`, 'Get a new one.');
  return async () => token;
}

const issued = z.looseObject({ value: z.string().max(65_536) });

/** https://docs.github.com/en/actions/reference/security/oidc#methods-for-requesting-the-oidc-token */
function ambient(text: string, bearer: string): TokenSource {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw refuse('ACTIONS_ID_TOKEN_REQUEST_URL is no address');
  const service = { name: 'the token issuer of GitHub Actions', url: url.origin };
  addressOf(url.origin, 'ACTIONS_ID_TOKEN_REQUEST_URL');
  url.searchParams.set('audience', AUDIENCE);
  const asked = { url: url.href, method: 'GET' as const, headers: { authorization: `Bearer ${bearer}` } };
  const answer = issued.transform(({ value }, context): IdentityToken => {
    const token = parse(value);
    if (token !== undefined) return token;
    context.addIssue('expected a JSON Web Token');
    return z.NEVER;
  });
  return (asking) => askJson(service, asked, answer, asking);
}

const text = z.string().min(1).max(2048);
const claims = z.looseObject({
  sub: text.optional(),
  email: text.optional(),
  email_verified: z.union([z.boolean(), z.stringbool()]).optional(),
  exp: z.int().positive().max(8_640_000_000_000),
});

/** RFC 7519. The subject is what Fulcio takes for it: a verified e-mail address where there is one. */
function parse(token: string): IdentityToken | undefined {
  const [, payload = ''] = /^[\w-]+\.([\w-]+)\.[\w-]+$/.exec(token) ?? [];
  const read = claims.safeParse(parsed(Buffer.from(payload, 'base64url').toString('utf8')));
  if (!read.success) return undefined;
  const { sub, email, email_verified: isVerified, exp } = read.data;
  const subject = email !== undefined ? (isVerified ? email : undefined) : sub;
  return subject === undefined ? undefined : { text: token, subject, expires: new Date(exp * 1000) };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

const refuse = (message: string, remedy?: string): Refusal =>
  new Refusal('usage', [{ message, ...(remedy !== undefined && { remedy }) }]);
