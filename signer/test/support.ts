import {
  type BlockHeader,
  BlockHeaderType,
  type DigestSigner,
  ownerAddress,
  signDigestRecoverable,
} from '@parley/protocol'
import type { BytesLevel, BytesOperation, KeyRange } from '@parley/runtime/level'
import { MemoryLevel } from 'memory-level'

export const secret = new Uint8Array(32).fill(7)
export const key: DigestSigner = {
  address: ownerAddress(secret),
  sign: async (digest) => signDigestRecoverable(secret, digest),
}
export const config = { chainId: 7n, inbox: new Uint8Array(20).fill(3) }
export const owner = { address: key.address, config }

/** 32 bytes that differ by `n`. */
export const bytes32 = (n: number): Uint8Array => new Uint8Array(32).fill(n)

/** A header at a place; `variant` makes it another one. */
export const headerAt = (lineage: number, number: bigint, variant = 0): BlockHeader => ({
  ...BlockHeaderType.defaultValue(),
  lineage: bytes32(lineage),
  number,
  stateRoot: bytes32(variant),
})

export const memory = (): BytesLevel =>
  new MemoryLevel<Uint8Array, Uint8Array>({ keyEncoding: 'view', valueEncoding: 'view' }) as unknown as BytesLevel

/** Everything that a store holds, in another one. */
export async function copyOf(store: BytesLevel): Promise<BytesLevel> {
  const copy = memory()
  await copy.open()
  const operations: BytesOperation[] = []
  for await (const [at, value] of store.iterator({}))
    operations.push({ type: 'put', key: Uint8Array.from(at), value: Uint8Array.from(value) })
  await copy.batch(operations, { sync: true })
  return copy
}

/** A store whose process dies at a write: it is lost, or kept and never answered for. */
export class MortalLevel implements BytesLevel {
  /** Writes until the end; none of it when undefined. */
  diesAt: { readonly write: number; readonly kept: boolean } | undefined
  /** Writes that were not to be synced. */
  unsynced = 0
  private writes = 0
  private dead = false
  readonly inner: BytesLevel

  constructor(inner: BytesLevel) {
    this.inner = inner
  }

  open = (): Promise<void> => this.inner.open()
  clear = (range: KeyRange): Promise<void> => this.inner.clear(range)
  keys = (range: KeyRange) => this.inner.keys(range)
  iterator = (range: KeyRange) => this.inner.iterator(range)

  async get(at: Uint8Array): Promise<Uint8Array | undefined> {
    this.assertAlive()
    return this.inner.get(at)
  }

  async batch(operations: BytesOperation[], options: { readonly sync: boolean }): Promise<void> {
    this.assertAlive()
    if (!options.sync) this.unsynced += 1
    this.writes += 1
    const dies = this.diesAt?.write === this.writes
    if (dies && this.diesAt?.kept === false) this.dead = true
    this.assertAlive()
    await this.inner.batch(operations, options)
    if (dies) this.dead = true
    this.assertAlive()
  }

  private assertAlive(): void {
    if (this.dead) throw new Error('the process is dead')
  }
}
