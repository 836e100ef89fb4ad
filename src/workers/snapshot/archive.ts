import { copyFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type RawPath, rawOf } from '../../core/source/names.js';
import type { FileMode } from '../../core/source/protocol.js';
import { toolNames } from '../../core/source/tool-names.js';
import { clashesOf } from './clashes.js';
import type { Collection, FileClass } from './collect.js';
import { sourceError } from './faulty.js';
import type { Stores } from './folder.js';
import { type Content, digests, SMALL_BYTES, Store } from './store.js';

/** One member of an archive, as its header describes it. */
export interface Member {
  /** The name as the archive has it; nothing of it is trusted. */
  name: RawPath;
  kind: 'file' | 'link' | 'hardlink' | 'folder' | 'special' | 'unsupported';
  executable: boolean;
  size: number;
  /** What a link or hard link says. */
  target?: RawPath;
  chunks: AsyncIterable<Buffer>;
}

interface Unpacked {
  path: RawPath;
  mode: FileMode;
  content: Content;
  /** Its name in `incoming`; links have none. */
  stored?: string;
  target?: RawPath;
}

/**
 * Takes the members of an archive one by one. Files wait in `incoming` until all names are known. A `.git` in it is
 * never trusted: skipped and counted. Names that leave the archive are left unread and audited.
 */
export class ArchiveTaker {
  readonly #items: Unpacked[] = [];
  readonly #files = new Map<RawPath, Unpacked>();
  readonly #incoming: Store;
  readonly #folder: string;

  constructor(
    readonly into: Collection,
    folder: string,
  ) {
    this.#folder = folder;
    this.#incoming = new Store(join(folder, 'incoming'), into.request.format);
  }

  async add(member: Member): Promise<void> {
    const name = plainName(member.name);
    if (name === '') this.#addRoot(member);
    else if (typeof name !== 'string') this.into.leave(member.name, 'name', name.problem, 'escape');
    else if (name.split('/').includes('.git')) this.#skipGit(member);
    else if (member.kind === 'folder') this.into.caps.folder();
    else if (this.into.fits(name)) await this.#addNamed(name, member);
  }

  /** `./`, the archive's root itself, which GNU tar stores too. */
  #addRoot(member: Member): void {
    if (member.kind !== 'folder') this.into.leave(member.name, 'name', 'an empty name');
  }

  #skipGit(member: Member): void {
    if (member.kind !== 'folder') this.into.exclude('.git', 'git-folder');
  }

  async #addNamed(path: RawPath, member: Member): Promise<void> {
    switch (member.kind) {
      case 'file':
        return await this.#addFile(path, member);
      case 'link':
        return this.#addLink(path, member.target ?? '');
      case 'hardlink':
        return this.#addHardLink(path, member.target ?? '');
      case 'special':
        return this.into.leave(path, 'special-file', 'a FIFO or device', 'special-file');
      default:
        return this.into.leave(path, 'unsupported', 'a kind of archive member that is not supported');
    }
  }

  async #addFile(path: RawPath, { size, executable, chunks }: Member): Promise<void> {
    const { caps } = this.into;
    if (size > caps.limits.maxFileBytes)
      return this.into.leave(path, 'too-large', `larger than ${caps.limits.maxFileBytes} bytes`);
    caps.file();
    caps.read(size);
    const stored = String(this.#items.length);
    try {
      const content = await this.#store(stored, size, chunks);
      this.#push({ path, mode: executable ? '100755' : '100644', content, stored });
    } catch (error) {
      this.into.note(path, 'unreadable', `cannot be unpacked (${sourceError(error)})`);
    }
  }

  async #store(stored: string, size: number, chunks: AsyncIterable<Buffer>): Promise<Content> {
    if (size > SMALL_BYTES) return await this.#incoming.stream(stored, size, chunks);
    const parts: Buffer[] = [];
    for await (const chunk of chunks) parts.push(chunk);
    const bytes = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
    return this.#incoming.write(stored, bytes);
  }

  #addLink(path: RawPath, target: RawPath): void {
    this.into.caps.file();
    const content = { ...digests(Buffer.from(target, 'latin1'), this.into.request.format), lfsPointer: false };
    this.#push({ path, mode: '120000', content, target });
  }

  /** A hard link is a second name of a file that came before; anything else leads out of the archive. */
  #addHardLink(path: RawPath, target: RawPath): void {
    const name = plainName(target);
    const file = typeof name === 'string' ? this.#files.get(name) : undefined;
    if (file?.stored === undefined) {
      this.into.leave(path, 'symlink-escape', 'a hard link to no file of the archive', 'escape');
      return;
    }
    this.into.caps.file();
    this.into.caps.read(file.content.size);
    const stored = String(this.#items.length);
    copyFileSync(join(this.#incoming.root, file.stored), this.#incoming.prepare(stored));
    this.#push({ ...file, path, stored });
  }

  #push(item: Unpacked): void {
    this.#items.push(item);
    if (!this.#files.has(item.path)) this.#files.set(item.path, item);
  }

  /** Gives every file its place. */
  finish(stores: Stores): void {
    const items = withoutTop(this.#withoutClashes());
    const admitted = items.flatMap((item) => {
      const kind = this.into.classify(item.path, false);
      return kind === undefined ? [] : [{ item, kind }];
    });
    const names = toolNames(admitted.map(({ item }) => item.path));
    for (const { item, kind } of admitted) this.#settle(item, kind, names.get(item.path) ?? '', stores);
    rmSync(join(this.#folder, 'incoming'), { recursive: true, force: true });
  }

  #withoutClashes(): Unpacked[] {
    const { again, below } = clashesOf(this.#items);
    for (const { path } of again) this.into.note(path, 'name', 'the archive holds this path more than once');
    for (const item of below) {
      if (!again.has(item))
        this.into.note(item.path, 'name', 'lies below a path that is a file or link in the archive', 'escape');
    }
    return this.#items.filter((item) => !again.has(item) && !below.has(item));
  }

  #settle(item: Unpacked, kind: FileClass, at: string, stores: Stores): void {
    if (item.stored !== undefined) renameSync(join(this.#incoming.root, item.stored), stores[kind].prepare(at));
    const { path, mode, content, target } = item;
    const link = target === undefined ? {} : { target };
    this.into.taken.push({ ...content, path, at, mode, class: kind, tracked: false, ...link });
  }
}

/** Archives of hosting services hold one folder with everything in it; without it the paths are those of the repository. */
function withoutTop(items: readonly Unpacked[]): Unpacked[] {
  const tops = new Set(items.map(({ path }) => path.split('/', 1)[0] ?? ''));
  const nested = items.every(({ path }) => path.includes('/'));
  if (tops.size !== 1 || !nested) return [...items];
  return items.map((item) => ({ ...item, path: item.path.slice(item.path.indexOf('/') + 1) }));
}

/** The path below the archive's root that a name means (empty for the root), or why there is none. */
function plainName(name: RawPath): RawPath | { problem: string } {
  if (/^[/\\]|^[A-Za-z]:[/\\]/.test(name)) return { problem: 'an absolute path in an archive' };
  if (/(?:^|[/\\])\.\.(?:[/\\]|$)/.test(name)) return { problem: 'a path that leaves the archive' };
  if (name.includes('\0')) return { problem: 'a name with a NUL byte' };
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  return parts.join('/');
}

/** A name or target that a library gives as text. */
export const rawText = (text: string): RawPath => rawOf(Buffer.from(text, 'utf8'));
