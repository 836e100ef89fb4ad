/** What a file says of the licence of one package. */
export interface Declaration {
  /** Name, and version where the file tells it. */
  package: string;
  /** Licences as they are written; several are a choice. Empty when none is stated. */
  stated: readonly string[];
  /** One-based line of the package's entry, and of the licence where that is another. */
  line: number;
  endLine?: number | undefined;
}

/** What one file tells. */
export interface Declarations {
  /** The package whose manifest it is. */
  own?: Declaration | undefined;
  /** Packages that it locks or takes in. */
  dependencies: readonly Declaration[];
  /** Packages whose licences a file of this kind does not hold. */
  silent: number;
}

/** Parses one file, never executing anything. Throws `Malformed` when the file is not what its name says. */
export type LicenseReader = (text: string, path: string) => Declarations;

export const nameAndVersion = (name: string | undefined, version: string | undefined): string =>
  [name, version].filter((part) => part !== undefined && part !== '').join(' ') || 'A package without a name';

/** Nothing but a package of its own, or nothing at all. */
export const onlyOwn = (own: Declaration | undefined): Declarations => ({ own, dependencies: [], silent: 0 });
