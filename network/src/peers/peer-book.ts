import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { type BytesLevel, type BytesOperation, checksummed, keyOf, lazy, unchecksummed } from '@parley/runtime/level'
import { networkLimits } from '../limits.ts'
import { type AddressRules, isUsable } from './addresses.ts'

const prefix = 'peer/'
const range = { gte: keyOf(prefix), lt: keyOf('peer0') }
/** Addresses remembered of one peer. */
const addressesOfPeer = 8
const text = new TextEncoder()

interface Known {
  readonly addresses: readonly Multiaddr[]
  /** Dials that failed in a row, and when the last did. */
  failures: number
  failedAt: number
}

/** Milliseconds before a peer is dialled again after failures, doubled with each: a minute, an hour at most. */
const firstWaitMs = 60_000
const lastWaitMs = 3_600_000

/** Peers that were reached or told of, over restarts: the latest first to stay. */
export class PeerBook {
  private readonly db: BytesLevel
  private readonly rules: AddressRules
  private readonly peers: Map<string, Known>

  private constructor(db: BytesLevel, rules: AddressRules, peers: Map<string, Known>) {
    this.db = db
    this.rules = rules
    this.peers = peers
  }

  /** What cannot be read is left out: it is told again by others. */
  static async open(db: BytesLevel, rules: AddressRules): Promise<PeerBook> {
    const peers = new Map<string, Known>()
    for await (const [key, value] of db.iterator(range)) {
      const content = unchecksummed(key, value)
      if (content === undefined) continue
      const addresses = Buffer.from(content).toString().split('\n').map(multiaddr)
      const usable = addresses.filter((address) => isUsable(address, rules))
      const peer = Buffer.from(key.subarray(prefix.length)).toString()
      if (usable.length > 0) peers.set(peer, { addresses: usable, failures: 0, failedAt: 0 })
    }
    return new PeerBook(db, rules, peers)
  }

  get size(): number {
    return this.peers.size
  }

  addressesOf(peer: string): readonly Multiaddr[] {
    return this.peers.get(peer)?.addresses ?? []
  }

  /** Remembers where a peer is; addresses that may not be dialled are left out. */
  async add(peer: string, told: readonly Multiaddr[]): Promise<void> {
    const usable = told.filter((address) => isUsable(address, this.rules)).slice(0, addressesOfPeer)
    if (usable.length === 0) return
    this.peers.delete(peer)
    this.peers.set(peer, { addresses: usable, failures: 0, failedAt: 0 })
    const key = keyOf(`${prefix}${peer}`)
    const operations: BytesOperation[] = [{ type: 'put', key, value: checksummed(key, text.encode(usable.join('\n'))) }]
    for (const oldest of this.peers.keys()) {
      if (this.peers.size <= networkLimits.peersRemembered) break
      this.peers.delete(oldest)
      operations.push({ type: 'del', key: keyOf(`${prefix}${oldest}`) })
    }
    await this.db.batch(operations, lazy)
  }

  /** A dial failed. @param now - Milliseconds, of any clock that is always the same. */
  failed(peer: string, now: number): void {
    const known = this.peers.get(peer)
    if (known === undefined) return
    known.failures += 1
    known.failedAt = now
  }

  /** Who may be dialled now, those that did not fail first. */
  candidates(now: number): readonly string[] {
    const due = [...this.peers].filter(
      ([, { failures, failedAt }]) =>
        failures === 0 || now - failedAt >= Math.min(lastWaitMs, firstWaitMs * 2 ** Math.min(failures - 1, 10)),
    )
    return due.sort(([, a], [, b]) => a.failures - b.failures).map(([peer]) => peer)
  }
}
