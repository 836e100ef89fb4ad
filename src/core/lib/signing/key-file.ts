import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { Refusal } from '../errors.js';
import { isEncrypted, type PrivateSigningKey, type PublicSigningKey, readPrivateKey, readPublicKey } from './keys.js';
import { encryptedPem } from './pkcs8.js';

/** PEM of these keys has some hundred bytes. */
const MAX_BYTES = 64 * 1024;

/** Each makes a file for each statement; `verify` takes no run of very many. */
const MOST_KEYS = 16;

/** Where a private key and its password come from. Neither is ever an argument: other users see those. */
export interface KeySource {
  /** A path, `env:NAME` or `fd:N`. */
  key: string;
  /** `env:NAME`, `fd:N` or `prompt`; absent for a key that is not encrypted. */
  password?: string | undefined;
  env: NodeJS.ProcessEnv;
  /** Asks without echo; absent where there is no terminal. */
  ask?: ((question: string) => Promise<string>) | undefined;
}

export interface LoadedKey {
  key: PrivateSigningKey;
  /** What the operator should know, such as rights on the file that are too wide. */
  warnings: string[];
}

type Ports = Pick<KeySource, 'env' | 'ask'>;

/**
 * Reads a signing key. The password of an encrypted one is asked for when none is named and there is a terminal.
 * Throws `Refusal` for what cannot be read or is no key of ours.
 */
export async function loadSigningKey({ key, password, ...ports }: KeySource): Promise<LoadedKey> {
  return unlock(await secretText(key, ports.env), key, password, ports);
}

/**
 * Reads several signing keys, and takes a password for each encrypted one in their order. Throws `Refusal` as
 * `loadSigningKey` does, for a key that is named twice, and for a password that belongs to none.
 */
export async function loadSigningKeys(
  keys: readonly string[],
  passwords: readonly string[],
  ports: Ports,
): Promise<LoadedKey[]> {
  if (keys.length > MOST_KEYS) throw refuse(`there are more than ${MOST_KEYS} signing keys`);
  const left = [...passwords];
  const loaded: LoadedKey[] = [];
  // One after the other: each may ask for its password.
  for (const name of keys) {
    const text = await secretText(name, ports.env);
    loaded.push(await unlock(text, name, isEncrypted(text.text) ? left.shift() : undefined, ports));
  }
  const ids = loaded.map(({ key }) => key.keyid);
  if (left.length > 0) throw refuse('there are more passwords than encrypted keys');
  if (new Set(ids).size < ids.length) throw refuse('the same signing key is named twice');
  return loaded;
}

async function unlock(
  { text, warnings }: SecretText,
  name: string,
  named: string | undefined,
  ports: Ports,
): Promise<LoadedKey> {
  const from = named ?? (isEncrypted(text) && ports.ask !== undefined ? 'prompt' : undefined);
  const password = from === undefined ? undefined : await readPassword(from, ports);
  return { key: readPrivateKey(text, name, password), warnings };
}

/** Reads a trusted public key by path. */
export async function loadPublicKey(file: string): Promise<PublicSigningKey> {
  return readPublicKey((await fromPath(file)).text, file);
}

/** The path of a key that lies in a file: the caller refuses one that the source under scan could have brought. */
export const keyPath = (key: string): string | undefined => (/^(env|fd):/.test(key) ? undefined : key);

/** A password by `env:NAME`, `fd:N` or `prompt`. Without the line end that files and pipes have. */
export async function readPassword(from: string, { env, ask }: Ports): Promise<string> {
  const text = from === 'prompt' ? await prompted(ask) : (await fromReference(from, env))?.text;
  if (text === undefined)
    throw refuse('a password comes from env:NAME, fd:N or prompt', 'Never write it on the command line.');
  const password = text.replace(/\r?\n$/, '');
  if (password === '') throw refuse(`${from} holds no password`);
  return password;
}

/**
 * Writes `<name>.key` (PKCS#8, readable by its owner alone, encrypted when there is a password) and `<name>.pub` (SPKI).
 * Throws `Refusal` when one of them exists: a key is never written over.
 */
export async function writeKeyPair(name: string, key: PrivateSigningKey, password: string | undefined): Promise<void> {
  const plain = () => key.secret.export({ type: 'pkcs8', format: 'pem' }).toString();
  const publicPem = key.public.export({ type: 'spki', format: 'pem' }).toString();
  await writeNew(`${name}.key`, password === undefined ? plain() : encryptedPem(key.secret, password), 0o600);
  try {
    await writeNew(`${name}.pub`, publicPem, 0o644);
  } catch (error) {
    // A private key without its public half would stand in the way of the next attempt.
    await rm(`${name}.key`);
    throw error;
  }
}

/** A secret that was read, and what the operator should know of the file it is in. */
export type SecretText = Pick<LoadedKey, 'warnings'> & { text: string };

/** Reads a key or a token by path, `env:NAME` or `fd:N`. Throws `Refusal` for what cannot be read, or is no small file. */
export async function secretText(from: string, env: NodeJS.ProcessEnv): Promise<SecretText> {
  return (await fromReference(from, env)) ?? (await fromPath(from));
}

async function prompted(ask: KeySource['ask']): Promise<string> {
  if (ask === undefined) throw refuse('there is no terminal to ask for a password', 'Use env:NAME or fd:N.');
  return ask('Password of the signing key: ');
}

async function fromReference(reference: string, env: NodeJS.ProcessEnv) {
  const [, kind, name = ''] = /^(env|fd):(.*)$/s.exec(reference) ?? [];
  if (kind === 'env') return { text: fromEnvironment(name, env), warnings: [] };
  return kind === 'fd' ? { text: await fromDescriptor(name), warnings: [] } : undefined;
}

function fromEnvironment(name: string, env: NodeJS.ProcessEnv): string {
  const text = env[name];
  if (text === undefined || text === '') throw refuse(`env:${name} is not set`);
  return text;
}

async function fromDescriptor(digits: string): Promise<string> {
  if (!/^\d{1,4}$/.test(digits)) throw refuse(`fd:${digits} names no file descriptor`);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of createReadStream('', { fd: Number(digits) })) {
      size += chunk.length;
      if (size > MAX_BYTES) break;
      chunks.push(chunk);
    }
  } catch (error) {
    throw refuse(`fd:${digits} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  if (size > MAX_BYTES) throw refuse(`fd:${digits} holds more than ${MAX_BYTES} bytes`);
  return Buffer.concat(chunks).toString('utf8');
}

async function fromPath(path: string): Promise<SecretText> {
  try {
    const file = await open(path, 'r');
    try {
      const stat = await file.stat();
      if (!stat.isFile() || stat.size > MAX_BYTES) throw refuse('is no key file', undefined, path);
      const open = (stat.mode & 0o077) !== 0;
      return { text: await file.readFile('utf8'), warnings: open ? [tooOpen(path, stat.mode)] : [] };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw refuse(`cannot be read (${(error as NodeJS.ErrnoException).code})`, undefined, path);
  }
}

const tooOpen = (path: string, mode: number): string =>
  `${path}: other users may read or change the key (mode ${(mode & 0o777).toString(8)}); chmod 600 mends it`;

async function writeNew(path: string, text: string, mode: number): Promise<void> {
  try {
    const file = await open(path, 'wx', mode);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw refuse(code === 'EEXIST' ? 'exists already' : `cannot be written (${code})`, undefined, path);
  }
}

const refuse = (message: string, remedy?: string, file?: string) =>
  new Refusal('usage', [{ message, ...(remedy && { remedy }), ...(file && { file }) }]);
