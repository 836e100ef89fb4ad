import * as z from 'zod';
import { type Asking, demandSafe, readBody, registryFault, send } from './lock-images-ask.js';

const MOST_BYTES = 2 ** 16;
const REMEDY =
  'Use a registry that gives the image to everybody (--registry-mirror), or name its digest with --base-image.';

/** The token endpoint gives `token`, `access_token` or both (distribution/docs, token authentication). */
const tokenSchema = z
  .object({ token: z.string().min(1).optional(), access_token: z.string().min(1).optional() })
  .transform(({ token, access_token }) => token ?? access_token);

/**
 * The token that a registry gives to everybody, asked for as its challenge says (RFC 6750, section 3). No credentials are
 * sent, whatever is asked for. Throws `Fault` code `toolchain`.
 */
export async function bearerToken(challenge: string | null, asking: Asking): Promise<string> {
  const parameters = parametersOf(challenge ?? '');
  const realm = parameters.get('realm');
  if (realm === undefined || !URL.canParse(realm))
    throw registryFault(asking, 'answered 401: it wants credentials', REMEDY);
  const url = new URL(realm);
  demandSafe(url, asking);
  const service = parameters.get('service');
  if (service !== undefined) url.searchParams.set('service', service);
  // Never what the challenge asks for: reading this repository is all that is wanted.
  url.searchParams.set('scope', `repository:${asking.name}:pull`);
  const response = await send(asking, url, { accept: 'application/json' });
  if (!response.ok) throw registryFault(asking, `gives no token to everybody (${response.status})`, REMEDY);
  const token = tokenIn((await readBody(response, MOST_BYTES, asking)).toString('utf8'));
  if (token === undefined) throw registryFault(asking, 'gave no token', REMEDY);
  return token;
}

/** Parameters of a `Bearer` challenge; none for another kind. */
function parametersOf(challenge: string): Map<string, string> {
  if (!/^bearer\s/i.test(challenge)) return new Map();
  const pairs = challenge.slice('bearer'.length).matchAll(/([a-z]+)="([^"]*)"/gi);
  return new Map([...pairs].map(([, name = '', value = '']) => [name.toLowerCase(), value]));
}

/** A token goes into a header: anything but visible ASCII is none. */
function tokenIn(text: string): string | undefined {
  try {
    const token = tokenSchema.parse(JSON.parse(text));
    return token !== undefined && /^[\x21-\x7e]+$/.test(token) ? token : undefined;
  } catch {
    return undefined;
  }
}
