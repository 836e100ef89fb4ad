import type { SnapshotLimits } from '../../core/source/jobs.js';
import type { RefusedLine } from '../../core/source/protocol.js';

/** The source as a whole cannot be taken: a cap is exceeded, or the archive is broken. Becomes the index's last line. */
export class RefusedSource extends Error {
  override readonly name = 'RefusedSource';
  constructor(
    message: string,
    readonly remedy: string,
    readonly why: RefusedLine['why'] = 'source',
  ) {
    super(message);
  }
}

/** Counts against the caps of the whole source. Every method throws `RefusedSource` when its cap is exceeded. */
export class Caps {
  #files = 0;
  #folders = 0;
  bytes = 0;
  constructor(readonly limits: SnapshotLimits) {}

  /** One more file, link or unread entry. */
  file(): void {
    this.#files += 1;
    if (this.#files > this.limits.maxFiles) throw over('maxFiles', `more than ${this.limits.maxFiles} files`);
  }

  folder(): void {
    this.#folders += 1;
    if (this.#folders > this.limits.maxFiles) throw over('maxFiles', `more than ${this.limits.maxFiles} folders`);
  }

  read(bytes: number): void {
    this.bytes += bytes;
    const { maxTotalBytes } = this.limits;
    if (this.bytes > maxTotalBytes) throw over('maxTotalSize', `more than ${maxTotalBytes} bytes in all`);
  }
}

const over = (key: string, message: string): RefusedSource =>
  new RefusedSource(
    `the source has ${message}`,
    `Raise source.${key} in the policy, or scan a part of the source.`,
    'cap',
  );

/** Below this an archive may expand as it likes: a few kilobytes of zeros are no bomb. */
const FREE_BYTES = 16 * 2 ** 20;

/** Watches how much larger an archive becomes. Throws `RefusedSource`. */
export class Ratio {
  #in = 0;
  #out = 0;
  constructor(readonly max: number) {}

  compressed(bytes: number): void {
    this.#in += bytes;
  }

  expanded(bytes: number): void {
    this.#out += bytes;
    if (this.#out <= FREE_BYTES || this.#out <= this.max * this.#in) return;
    const remedy = 'If it is no bomb, raise source.maxArchiveRatio in the policy.';
    throw new RefusedSource(`the archive expands to more than ${this.max} times its size`, remedy, 'cap');
  }
}
