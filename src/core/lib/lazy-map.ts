/** A map whose values are made when they are first asked for; what `make` throws is thrown then, each time. */
export class LazyMap<T> implements ReadonlyMap<string, T> {
  readonly #names: ReadonlySet<string>;
  readonly #make: (name: string) => T;
  readonly #made = new Map<string, T>();

  constructor(names: Iterable<string>, make: (name: string) => T) {
    this.#names = new Set(names);
    this.#make = make;
  }

  get size(): number {
    return this.#names.size;
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  get(name: string): T | undefined {
    return this.has(name) ? this.#valueOf(name) : undefined;
  }

  keys(): SetIterator<string> {
    return this.#names.keys();
  }

  *entries(): MapIterator<[string, T]> {
    for (const name of this.#names) yield [name, this.#valueOf(name)];
  }

  *values(): MapIterator<T> {
    for (const [, value] of this.entries()) yield value;
  }

  forEach(visit: (value: T, name: string, map: ReadonlyMap<string, T>) => void): void {
    for (const [name, value] of this.entries()) visit(value, name, this);
  }

  [Symbol.iterator](): MapIterator<[string, T]> {
    return this.entries();
  }

  #valueOf(name: string): T {
    const known = this.#made.get(name);
    if (known !== undefined) return known;
    const value = this.#make(name);
    this.#made.set(name, value);
    return value;
  }
}
