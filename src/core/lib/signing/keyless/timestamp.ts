import { sha256Bytes } from '../../digest.js';
import { type Asking, ask, ServiceError } from './exchange.js';
import type { SigningService } from './services.js';

/**
 * A TimeStampReq (RFC 3161, section 2.4.1) in DER around a SHA-256: version 1 and the digest with its algorithm. No nonce:
 * nobody else can have asked about this signature before. The authority's certificate is not asked for: a verifier takes it
 * from its trusted root, and nothing would check one in the answer.
 */
const timestampRequest = (digest: Buffer): Buffer => Buffer.concat([VERSION_1, SHA256, digest]);

/** The heads of the request and of its message imprint, with the version between them. */
const VERSION_1 = Buffer.from('30360201013031', 'hex');
/** AlgorithmIdentifier of SHA-256 with NULL parameters (RFC 5754, section 2), and the head of an octet string of 32. */
const SHA256 = Buffer.from('300d060960864801650304020105000420', 'hex');

/**
 * Asks an authority for a timestamp over a signature, by HTTP (RFC 3161, section 3.4). Returns its answer, TimeStampResp.
 * Throws `ServiceError`, also for an answer that is not about this signature.
 */
export async function timestampOver(service: SigningService, signature: Uint8Array, asking: Asking): Promise<Buffer> {
  const digest = sha256Bytes(signature);
  const answer = await ask(
    service,
    {
      url: service.url,
      method: 'POST',
      headers: { 'content-type': 'application/timestamp-query', accept: 'application/timestamp-reply' },
      body: new Uint8Array(timestampRequest(digest)),
    },
    asking,
  );
  // The token itself is for verifiers to check, who know whom to trust.
  if (!answer.includes(digest)) throw new ServiceError(service, 'the timestamp is not about this signature', false);
  return answer;
}
