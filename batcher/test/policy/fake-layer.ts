import { createHash } from 'node:crypto'
import {
  type DaEnding,
  DaError,
  type DaReceipt,
  type DaState,
  type DaSubmitOptions,
  type DataAvailability,
} from '@parley/protocol'

/** What a submission meets, in order; the last one goes on for ever. */
export type Weather = 'fair' | 'hangs' | 'DA_FALL_BACK' | 'DA_REFUSED' | 'DA_FEE_CAPPED' | 'DA_UNAVAILABLE'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** A layer whose weather a test makes; its chain is what was published, by digest. */
export class FakeLayer implements DataAvailability {
  readonly layer: number
  readonly name: string
  weather: Weather = 'fair'
  maxBytes = 1_000
  price = 100n
  /** Digests in the order of their inclusion. */
  readonly chain: string[] = []
  /** Everything that was asked, in order. */
  readonly calls: string[] = []
  /** Attempts that have left and are not included: they land unless they are abandoned. */
  readonly pending = new Set<string>()
  /** Whether an abandoned attempt is included all the same. */
  landsLate = false
  abandonFails = 0

  constructor(layer: number, name: string) {
    this.layer = layer
    this.name = name
  }

  limits() {
    return { maxBytes: this.maxBytes, retentionSeconds: Number.POSITIVE_INFINITY, maxInFlight: 16, unitBytes: 1 }
  }

  async quote(bytes: number) {
    return { cost: { token: 'eth' as const, amount: this.price * BigInt(bytes) }, bytes, validForMs: 60_000 }
  }

  async submit(data: Uint8Array, _: DaSubmitOptions, signal: AbortSignal): Promise<DaReceipt> {
    const digest = createHash('sha256').update(data).digest('hex')
    this.calls.push(`submit ${digest.slice(0, 4)}`)
    if (this.chain.includes(digest)) return this.receipt(digest)
    this.pending.add(digest)
    const { weather } = this
    if (weather === 'hangs')
      await new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
      )
    // What hung ends by its signal.
    if (weather !== 'fair' && weather !== 'hangs') throw this.fault(weather)
    return this.include(digest)
  }

  async abandon(digest: Uint8Array): Promise<DaEnding> {
    const key = hex(digest)
    this.calls.push(`abandon ${key.slice(0, 4)}`)
    if (this.abandonFails > 0) {
      this.abandonFails -= 1
      throw this.fault('DA_UNAVAILABLE')
    }
    const overhead = { token: 'eth' as const, amount: 0n }
    if (this.chain.includes(key)) return { receipt: this.receipt(key), overhead }
    if (this.landsLate && this.pending.has(key)) return { receipt: this.include(key), overhead }
    this.pending.delete(key)
    return { overhead }
  }

  async retrieve(pointer: Uint8Array): Promise<Uint8Array> {
    throw new DaError({ code: 'DA_MISSING', layer: this.name, pointer })
  }

  async status(): Promise<DaState> {
    return 'final'
  }

  async audit(): Promise<void> {}

  async close(): Promise<void> {}

  private include(digest: string): DaReceipt {
    this.pending.delete(digest)
    this.chain.push(digest)
    return this.receipt(digest)
  }

  private receipt(digest: string): DaReceipt {
    const height = BigInt(this.chain.indexOf(digest) + 1)
    return { pointer: Buffer.from(digest, 'hex'), height, cost: { token: 'eth', amount: this.price } }
  }

  private fault(code: Exclude<Weather, 'fair' | 'hangs'>): DaError {
    const layer = this.name
    const reason = 'so the test wants it'
    if (code === 'DA_FEE_CAPPED') return new DaError({ code, layer, field: 'blob fee', asked: 2n, limit: 1n })
    return new DaError({ code, layer, reason })
  }
}
