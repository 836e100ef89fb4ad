import { Refusal } from '../../errors.js';

/** A service that takes part in keyless signing. */
export interface SigningService {
  /** As messages name it. */
  name: string;
  /** Without a slash at its end. */
  url: string;
}

/** Where keyless signatures come from. */
export interface SigningServices {
  fulcio: SigningService;
  /** Absent: nothing is written to a log, and the timestamp authority tells the time. */
  rekor?: SigningService;
  timestamp?: SigningService;
}

/** The public services of Sigstore, which cosign takes too when nothing else is named. */
const PUBLIC = { fulcio: 'https://fulcio.sigstore.dev', rekor: 'https://rekor.sigstore.dev' } as const;

export interface ServiceAddresses {
  fulcioUrl?: string | undefined;
  rekorUrl?: string | undefined;
  timestampServerUrl?: string | undefined;
  /** False: no entry in a transparency log. */
  tlogUpload?: boolean | undefined;
}

/** Throws `Refusal` for an address that is not https, and where nothing would tell when a signature was made. */
export function servicesAt({
  fulcioUrl,
  rekorUrl,
  timestampServerUrl,
  tlogUpload = true,
}: ServiceAddresses): SigningServices {
  if (!tlogUpload && rekorUrl !== undefined) throw refuse('--no-tlog-upload and --rekor-url contradict each other');
  if (!tlogUpload && timestampServerUrl === undefined)
    throw refuse(
      '--no-tlog-upload: nothing would tell that the certificate was valid when it signed',
      'Name a timestamp authority with --timestamp-server-url.',
    );
  return {
    fulcio: { name: 'Fulcio', url: addressOf(fulcioUrl ?? PUBLIC.fulcio, '--fulcio-url') },
    ...(tlogUpload && { rekor: { name: 'Rekor', url: addressOf(rekorUrl ?? PUBLIC.rekor, '--rekor-url') } }),
    ...(timestampServerUrl !== undefined && {
      timestamp: { name: 'the timestamp authority', url: addressOf(timestampServerUrl, '--timestamp-server-url') },
    }),
  };
}

const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** Whoever reads the identity token on its way can sign in that name. */
export function addressOf(text: string, option: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const secure = url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.has(url.hostname));
  if (url === undefined || !secure || `${url.username}${url.password}${url.search}${url.hash}` !== '')
    throw refuse(`${option}: expected an https address without user name, password and query`);
  return url.href.replace(/\/+$/, '');
}

const refuse = (message: string, remedy?: string): Refusal =>
  new Refusal('usage', [{ message, ...(remedy !== undefined && { remedy }) }]);
