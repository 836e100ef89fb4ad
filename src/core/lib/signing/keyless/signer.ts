import { setTimeout } from 'node:timers/promises';
import { Fault } from '../../errors.js';
import { type Envelope, IN_TOTO_PAYLOAD, signEnvelope } from '../dsse.js';
import { generateKey, type PrivateSigningKey } from '../keys.js';
import { type Certified, certifiedBundle } from '../sigstore-bundle.js';
import { type AnswerLimits, type Asking, ServiceError } from './exchange.js';
import { requestCertificate, type SigningCertificate } from './fulcio.js';
import { logEnvelope } from './rekor.js';
import type { SigningServices } from './services.js';
import { timestampOver } from './timestamp.js';
import type { TokenSource } from './token.js';

/** Signs statements in the name of whom an identity provider vouches for, with a key that lives as long as the run. */
export interface KeylessSigner {
  /** Known before anything is signed, so that the run statement can name it. */
  key: PrivateSigningKey;
  /**
   * Gets the certificate before the steps run: a token that Fulcio does not take, or a service that is not there, is told
   * before an hour of scanning and not after it. Throws `Fault`.
   */
  begin(signal: AbortSignal): Promise<void>;
  /** A Sigstore bundle around the exact bytes of a statement. Throws `Fault` that names the service, also when it is cancelled. */
  sign(statement: Uint8Array, signal?: AbortSignal): Promise<string>;
}

export interface KeylessOptions {
  token: TokenSource;
  services: SigningServices;
  clock: () => Date;
  /** Milliseconds to wait before each new attempt at what may have been a passing failure. */
  delays?: readonly number[];
  limits?: AnswerLimits;
}

const DELAYS = [1000, 4000];

/**
 * A certificate of Fulcio is valid for 10 minutes and must be so when the log or the authority tells the time. A scan may
 * take longer: with less than this left, in milliseconds, another one is asked for, over the same key.
 */
const MARGIN = 120_000;

export function keylessSigner(options: KeylessOptions): KeylessSigner {
  const { services, limits, delays = DELAYS } = options;
  const key = generateKey('ecdsa-p256');
  const certificate = certificates(key, options);
  return {
    key,
    begin: async (signal) => void (await certificate({ signal, limits })),
    sign: (statement, signal) =>
      attempts(delays, signal, async () => {
        const held = await certificate({ signal, limits });
        // Anew for each attempt: a log refuses the same entry twice, and nobody knows whether the first one got through.
        const envelope = signEnvelope(statement, IN_TOTO_PAYLOAD, key);
        return certifiedBundle(envelope, await witnessed(envelope, held, services, { signal, limits }));
      }),
  };
}

/** Gives the certificate of a key, and another one where too little is left of it. */
function certificates(key: PrivateSigningKey, { token, services, clock, delays = DELAYS }: KeylessOptions) {
  let held: SigningCertificate | undefined;
  let obtained = 0;
  return async (asking: Asking): Promise<SigningCertificate> => {
    // Between two readings of one clock: it need not agree with that of Fulcio.
    if (held !== undefined && clock().getTime() - obtained < held.lifetime - MARGIN) return held;
    held = await attempts(delays, asking.signal, async () => {
      const given = await token(asking);
      if (given.expires.getTime() <= clock().getTime())
        throw new Fault('bundle', 'the identity token expired while the scan ran', 'Use a token that lives longer.');
      return requestCertificate(services.fulcio, given, key, asking);
    });
    obtained = clock().getTime();
    return held;
  };
}

/** What tells when an envelope was signed. */
async function witnessed(
  envelope: Envelope,
  { pem, der }: SigningCertificate,
  { rekor, timestamp }: SigningServices,
  asking: Asking,
): Promise<Certified> {
  const signature = Buffer.from(envelope.signatures[0]?.sig ?? '', 'base64');
  const entry = rekor && (await logEnvelope(rekor, envelope, pem, asking));
  const token = timestamp && (await timestampOver(timestamp, signature, asking));
  return {
    certificate: { rawBytes: der.toString('base64') },
    ...(entry && { tlogEntries: [entry] }),
    ...(token && { timestampVerificationData: { rfc3161Timestamps: [{ signedTimestamp: token.toString('base64') }] } }),
  };
}

/** Tries again after what may pass; what does not becomes a `Fault`. */
async function attempts<T>(
  delays: readonly number[],
  signal: AbortSignal | undefined,
  run: () => Promise<T>,
  nth = 1,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    const [delay, ...later] = delays;
    if (!error.transient || delay === undefined) throw failed(error, nth);
    await setTimeout(delay, undefined, signal && { signal }).catch(() => {
      throw failed(error, nth);
    });
    return attempts(later, signal, run, nth + 1);
  }
}

const failed = (cause: ServiceError, attempts: number): Fault =>
  new Fault(
    'bundle',
    `cannot sign: ${cause.message}${attempts > 1 ? `, in ${attempts} attempts` : ''}`,
    'When the service answers again, run the command again.',
    { cause },
  );
