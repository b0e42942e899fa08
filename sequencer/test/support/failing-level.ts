import type { BytesLevel, BytesOperation, KeyRange } from '@parley/runtime/level'

/** A store that can be told to be gone: from then on nothing is read or written, as after a kill. */
export class FailingLevel implements BytesLevel {
  /** Writes so far. */
  writes = 0
  /** The write with this number is the last: `before` loses it, `after` keeps it but never answers for it. */
  dieAt: { readonly write: number; readonly lose: boolean } | undefined
  /** Called when the store dies. */
  onDeath: () => void = () => undefined

  private dead = false
  private readonly inner: BytesLevel

  constructor(inner: BytesLevel) {
    this.inner = inner
  }

  /** What is stored, for the next one to open. */
  survivor(): FailingLevel {
    return new FailingLevel(this.inner)
  }

  kill(): void {
    this.dead = true
  }

  async open(): Promise<void> {
    await this.inner.open()
  }

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    this.assertAlive()
    return this.inner.get(key)
  }

  async batch(operations: BytesOperation[], options: { readonly sync: boolean }): Promise<void> {
    this.assertAlive()
    this.writes += 1
    const last = this.dieAt?.write === this.writes
    if (last && this.dieAt?.lose === true) this.die()
    this.assertAlive()
    await this.inner.batch(operations, options)
    if (last) this.die()
    this.assertAlive()
  }

  async clear(range: KeyRange): Promise<void> {
    this.assertAlive()
    await this.inner.clear(range)
  }

  keys(range: KeyRange): { all(): Promise<Uint8Array[]> } {
    this.assertAlive()
    return this.inner.keys(range)
  }

  iterator(range: KeyRange): AsyncIterable<[Uint8Array, Uint8Array]> {
    this.assertAlive()
    return this.inner.iterator(range)
  }

  private die(): void {
    this.dead = true
    this.onDeath()
  }

  private assertAlive(): void {
    if (this.dead) throw new Error('the store is gone')
  }
}
