import type { Change, Store } from '../ports/store.ts'

/** A device's store in memory, for tests and simulations. A copy is what a restored backup is. */
export class MemoryStore implements Store {
  private readonly values: Map<string, Uint8Array>

  constructor(values: ReadonlyMap<string, Uint8Array> = new Map()) {
    this.values = new Map(values)
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return this.values.get(key)
  }

  async *list(prefix: string): AsyncGenerator<readonly [string, Uint8Array]> {
    for (const key of [...this.values.keys()].sort())
      if (key.startsWith(prefix)) yield [key, this.values.get(key) as Uint8Array]
  }

  async write(changes: readonly Change[]): Promise<void> {
    for (const { key, value } of changes) {
      if (value === undefined) this.values.delete(key)
      else this.values.set(key, value)
    }
  }

  copy(): MemoryStore {
    return new MemoryStore(this.values)
  }
}
