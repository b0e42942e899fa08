import type { Libp2p, PeerId } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { PeerRecord, RecordEnvelope } from '@libp2p/peer-record'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Clock } from '@parley/runtime'
import type { Logger } from 'pino'
import { NetworkError } from '../faults.ts'
import { networkLimits } from '../limits.ts'
import type { Exchange } from '../wire/exchange.ts'
import { protocols } from '../wire/forms.ts'
import type { FrameBounds } from '../wire/frames.ts'
import type { Bans } from './bans.ts'
import type { Greetings } from './greetings.ts'
import type { PeerBook } from './peer-book.ts'

const { recordBytes, recordsPerAnswer, answerMs, dialsAtOnce } = networkLimits

const recordsAnswered: FrameBounds = {
  protocol: protocols.peers,
  maximum: recordBytes,
  buffered: recordBytes * (recordsPerAnswer + 1),
}

export interface DiscoveryDeps {
  readonly libp2p: Libp2p
  readonly exchange: Exchange
  readonly greetings: Greetings
  readonly book: PeerBook
  readonly bans: Bans
  readonly bootnodes: readonly Multiaddr[]
  readonly wantedPeers: number
  readonly failed: (peer: PeerId, error: NetworkError) => void
  readonly clock: Clock
  readonly log: Logger
  readonly random: () => number
  readonly signal: AbortSignal
}

/** Looks for peers: first those that are configured, then those that are remembered, then those that peers tell of. */
export class Discovery {
  private readonly deps: DiscoveryDeps
  private looks = 0

  constructor(deps: DiscoveryDeps) {
    this.deps = deps
  }

  /** One look. Peers that do not answer are tried again at another one. */
  async look(): Promise<void> {
    const { greetings, wantedPeers } = this.deps
    const missing = wantedPeers - greetings.peers.length
    if (missing <= 0) return
    await this.dialBootnodes()
    await this.dialRemembered(Math.min(missing, dialsAtOnce))
    await this.askSomebody()
  }

  private async dialBootnodes(): Promise<void> {
    const { libp2p, bootnodes, bans } = this.deps
    const connected = new Set(libp2p.getPeers().map(String))
    const due = bootnodes.filter((address) => {
      const peer = peerOf(address)
      if (peer === undefined) return connected.size === 0
      return !connected.has(peer) && !bans.has(peer) && peer !== libp2p.peerId.toString()
    })
    // Those that were not at home come last at the next look.
    const from = due.length === 0 ? 0 : this.looks++ % due.length
    const turn = [...due.slice(from), ...due.slice(0, from)]
    await Promise.all(turn.slice(0, dialsAtOnce).map((address) => this.dial(address)))
  }

  private async dialRemembered(count: number): Promise<void> {
    const { libp2p, book, bans, clock } = this.deps
    const now = clock.elapsed()
    const connected = new Set([...libp2p.getPeers().map(String), libp2p.peerId.toString()])
    const due = book.candidates(now).filter((peer) => !connected.has(peer) && !bans.has(peer))
    await Promise.all(
      due.slice(0, count).map(async (peer) => {
        const id = peerIdFromString(peer)
        const addresses = book.addressesOf(peer).map((address) => withPeer(address, id))
        if (!(await this.dial(addresses))) book.failed(peer, clock.elapsed())
      }),
    )
  }

  private async dial(to: Multiaddr | Multiaddr[]): Promise<boolean> {
    const { libp2p, log, signal } = this.deps
    try {
      await libp2p.dial(to, { signal })
      return true
    } catch (error) {
      if (signal.aborted) return false
      log.debug({ to: String(to), reason: error instanceof Error ? error.message : String(error) }, 'no peer there')
      return false
    }
  }

  private async askSomebody(): Promise<void> {
    const { exchange, greetings, failed, random, signal } = this.deps
    const { peers } = greetings
    const chosen = peers[Math.floor(random() * peers.length)]
    if (chosen === undefined) return
    try {
      await exchange.ask(chosen.peer, recordsAnswered, answerMs, async (frames, inner) => {
        await frames.write(new Uint8Array(0), inner)
        await frames.end(inner)
        for (let i = 0; i < recordsPerAnswer; i += 1) {
          const record = await frames.read(inner)
          if (record === undefined) return
          await this.takeRecord(record)
        }
      })
    } catch (error) {
      if (signal.aborted) return
      if (!(error instanceof NetworkError)) throw error
      failed(chosen.peer, error)
    }
  }

  /** @throws {NetworkError} `PEER_FRAME_MALFORMED` when nobody has signed it. */
  private async takeRecord(bytes: Uint8Array): Promise<void> {
    const { book, libp2p } = this.deps
    try {
      const { payload, publicKey } = await RecordEnvelope.openAndCertify(bytes, PeerRecord.DOMAIN)
      const { peerId, multiaddrs } = PeerRecord.createFromProtobuf(payload)
      if (!peerId.publicKey?.equals(publicKey)) throw new Error('the record is of another peer than signed it')
      if (peerId.equals(libp2p.peerId) || book.addressesOf(peerId.toString()).length > 0) return
      await book.add(peerId.toString(), multiaddrs)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new NetworkError({ code: 'PEER_FRAME_MALFORMED', protocol: protocols.peers, reason }, { cause: error })
    }
  }
}

const peerOf = (address: Multiaddr): string | undefined =>
  address.getComponents().findLast(({ name }) => name === 'p2p')?.value

function withPeer(address: Multiaddr, peer: PeerId): Multiaddr {
  return peerOf(address) === undefined ? address.encapsulate(`/p2p/${peer}`) : address
}
