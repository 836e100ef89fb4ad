import * as z from 'zod';
import { printable } from '../../printable.js';
import { redact } from '../../redact.js';
import type { SigningService } from './services.js';

/** What a service was asked and did not answer as it should. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  constructor(
    readonly service: SigningService,
    reason: string,
    /** Trying again may help. */
    readonly transient: boolean,
    options?: ErrorOptions,
  ) {
    super(`${service.name} (${service.url}): ${reason}`, options);
  }
}

export interface Asked {
  url: string;
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  body?: string | Uint8Array<ArrayBuffer>;
}

/** How long a service may take, and how much it may say: a certificate or a log entry has some kilobytes. */
export interface AnswerLimits {
  milliseconds: number;
  bytes: number;
}
export const ANSWER_LIMITS: AnswerLimits = { milliseconds: 30_000, bytes: 2 ** 20 };

/** How to ask, from outside. */
export interface Asking {
  signal?: AbortSignal | undefined;
  limits?: AnswerLimits | undefined;
}

/**
 * Asks a service one thing. Redirects are not followed: they could carry the identity token anywhere. Throws
 * `ServiceError` for any answer but 200 and 201, one that is too large, and none in time.
 */
export async function ask(service: SigningService, asked: Asked, asking: Asking): Promise<Buffer> {
  const { signal, limits = ANSWER_LIMITS } = asking;
  const late = AbortSignal.timeout(limits.milliseconds);
  const { url, ...init } = asked;
  try {
    const either = signal === undefined ? late : AbortSignal.any([signal, late]);
    const given = { ...init, redirect: 'error' as const, signal: either };
    const response = await fetch(url, given);
    const body = await bounded(response, service, limits.bytes);
    if (response.status === 200 || response.status === 201) return body;
    throw new ServiceError(service, answered(response.status, body), isTransient(response.status));
  } catch (cause) {
    if (cause instanceof ServiceError) throw cause;
    if (signal?.aborted) throw new ServiceError(service, 'cancelled', false, { cause });
    const reason = late.aborted ? `no answer in ${limits.milliseconds / 1000} s` : reasonOf(cause);
    throw new ServiceError(service, reason, true, { cause });
  }
}

/** As `ask`, for an answer in JSON of a known form. */
export async function askJson<T>(
  service: SigningService,
  asked: Asked,
  schema: z.ZodType<T>,
  asking: Asking,
): Promise<T> {
  const body = await ask(service, { ...asked, headers: { ...asked.headers, accept: 'application/json' } }, asking);
  return readAnswer(service, body.toString('utf8'), schema);
}

/** Throws `ServiceError` for what is not of this form. */
export function readAnswer<T>(service: SigningService, text: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new ServiceError(service, 'the answer is not of the expected form', false, { cause });
  }
}

async function bounded(response: Response, service: SigningService, most: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of response.body ?? []) {
    size += piece.length;
    if (size > most) throw new ServiceError(service, `the answer has more than ${most} bytes`, false);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

const isTransient = (status: number): boolean => status === 408 || status === 429 || status >= 500;

const failureSchema = z.looseObject({ message: z.string() });

/** The reason that the services give in JSON; it may quote what it was asked. */
function answered(status: number, body: Buffer): string {
  let reason: string | undefined;
  try {
    reason = failureSchema.safeParse(JSON.parse(body.toString('utf8'))).data?.message;
  } catch {
    // Whatever it is, it is no reason.
  }
  return `the answer is ${status}${reason === undefined ? '' : `: ${printable(redact(withoutTokens(reason)), 200)}`}`;
}

/** Three parts of base64url: a JSON Web Token. */
const withoutTokens = (text: string): string => text.replace(/[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, '(token)');

/** `fetch` says only that it failed; what happened is its cause. */
function reasonOf(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return printable(inner instanceof Error ? inner.message || inner.name : 'failed', 200);
}
