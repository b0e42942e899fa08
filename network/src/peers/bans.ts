import type { Clock } from '@parley/runtime'
import { type BytesLevel, type BytesOperation, checksummed, durable, keyOf, unchecksummed } from '@parley/runtime/level'
import { NetworkError } from '../faults.ts'
import { networkLimits, reputation } from '../limits.ts'

/** Why a peer is away, and until when, in milliseconds since 1970. */
export interface Ban {
  readonly code: string
  readonly until: number
}

const prefix = 'ban/'
const range = { gte: keyOf(prefix), lt: keyOf('ban0') }
const text = new TextEncoder()

/** Who is sent away, over restarts. */
export class Bans {
  private readonly db: BytesLevel
  private readonly clock: Pick<Clock, 'now'>
  /** In the order in which they were banned. */
  private readonly bans: Map<string, Ban>

  private constructor(db: BytesLevel, clock: Pick<Clock, 'now'>, bans: Map<string, Ban>) {
    this.db = db
    this.clock = clock
    this.bans = bans
  }

  /** @throws {NetworkError} `NETWORK_STORE_CORRUPT`. */
  static async open(db: BytesLevel, clock: Pick<Clock, 'now'>): Promise<Bans> {
    const found: [string, Ban][] = []
    for await (const [key, value] of db.iterator(range)) {
      const content = unchecksummed(key, value)
      if (content === undefined) throw new NetworkError({ code: 'NETWORK_STORE_CORRUPT', what: 'ban' })
      const until = Number(new DataView(content.buffer, content.byteOffset).getBigUint64(0))
      const code = Buffer.from(content.subarray(8)).toString()
      found.push([Buffer.from(key.subarray(prefix.length)).toString(), { code, until }])
    }
    found.sort(([, a], [, b]) => a.until - b.until)
    return new Bans(db, clock, new Map(found))
  }

  get size(): number {
    return this.bans.size
  }

  has(peer: string): boolean {
    const ban = this.bans.get(peer)
    return ban !== undefined && ban.until > this.clock.now()
  }

  of(peer: string): Ban | undefined {
    return this.has(peer) ? this.bans.get(peer) : undefined
  }

  /** Sends a peer away from now on; resolves once that is on disk. */
  async add(peer: string, code: string): Promise<void> {
    const until = this.clock.now() + reputation.banMs
    this.bans.delete(peer)
    this.bans.set(peer, { code, until })
    const key = keyOf(`${prefix}${peer}`)
    const time = new Uint8Array(8)
    new DataView(time.buffer).setBigUint64(0, BigInt(until))
    const operations: BytesOperation[] = [{ type: 'put', key, value: checksummed(key, time, text.encode(code)) }]
    for (const [old, ban] of this.bans) {
      if (this.bans.size <= networkLimits.bansKept && ban.until > this.clock.now()) break
      this.bans.delete(old)
      operations.push({ type: 'del', key: keyOf(`${prefix}${old}`) })
    }
    await this.db.batch(operations, durable)
  }
}
