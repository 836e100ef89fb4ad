import { sign, X509Certificate } from 'node:crypto';
import * as z from 'zod';
import type { PrivateSigningKey } from '../keys.js';
import { type Asking, askJson, ServiceError } from './exchange.js';
import type { SigningService } from './services.js';
import type { IdentityToken } from './token.js';

/** A certificate that says who held the key for some minutes. */
export interface SigningCertificate {
  pem: string;
  der: Buffer;
  /** How long it is valid, in milliseconds. */
  lifetime: number;
}

const answer = z.looseObject({
  signedCertificateEmbeddedSct: z.looseObject({
    chain: z.looseObject({ certificates: z.array(z.string().max(65_536)).min(1).max(16) }),
  }),
});

/**
 * Asks Fulcio for a certificate over a key (fulcio.proto, `CreateSigningCertificate`). Throws `ServiceError`, also for a
 * certificate over another key.
 */
export async function requestCertificate(
  service: SigningService,
  token: IdentityToken,
  key: PrivateSigningKey,
  asking: Asking,
): Promise<SigningCertificate> {
  const publicKey = { algorithm: 'ECDSA', content: key.public.export({ type: 'spki', format: 'pem' }) };
  const proofOfPossession = sign(key.digest, Buffer.from(token.subject), key.secret).toString('base64');
  const asked = {
    url: `${service.url}/api/v2/signingCert`,
    method: 'POST' as const,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      credentials: { oidcIdentityToken: token.text },
      publicKeyRequest: { publicKey, proofOfPossession },
    }),
  };
  const { signedCertificateEmbeddedSct: given } = await askJson(service, asked, answer, asking);
  return readCertificate(service, given.chain.certificates[0] ?? '', key);
}

function readCertificate(service: SigningService, pem: string, key: PrivateSigningKey): SigningCertificate {
  const certificate = parse(service, pem);
  if (!certificate.publicKey.equals(key.public))
    throw new ServiceError(service, 'the certificate is about another key', false);
  const lifetime = Date.parse(certificate.validTo) - Date.parse(certificate.validFrom);
  return { pem: certificate.toString(), der: certificate.raw, lifetime };
}

function parse(service: SigningService, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new ServiceError(service, 'the answer holds no certificate', false, { cause });
  }
}
