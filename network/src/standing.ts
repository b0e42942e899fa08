import type { Connection, PeerId } from '@libp2p/interface'
import type { BlockLibrary, NetworkChain } from './chain.ts'
import type { HeaderJudge } from './headers/header-judge.ts'
import type { NetworkGauges } from './metrics.ts'
import type { NetworkSettings } from './options.ts'
import type { Greetings } from './peers/greetings.ts'
import type { PeerHost } from './peers/peer-host.ts'
import type { Reputations } from './peers/reputations.ts'
import type { Stored } from './stored.ts'
import { networkForm, type PeerStatus } from './wire/forms.ts'

/** One peer, as it is shown. */
export interface PeerSummary {
  readonly peer: string
  readonly direction: 'inbound' | 'outbound'
  readonly address: string
  readonly head: bigint
  readonly score: number
}

export interface NetworkStatus {
  readonly peer: string
  readonly addresses: readonly string[]
  readonly peers: readonly PeerSummary[]
  readonly known: number
  readonly banned: number
  /** Number of the highest signed header. */
  readonly head: bigint
  readonly blocks: { readonly first: bigint; readonly head: bigint; readonly kept: number; readonly bytes: number }
  readonly evidence: number
  /** Whether others can reach this peer, and by whom that is known. */
  readonly reachable: { readonly is: 'yes' | 'unknown'; readonly by: 'inbound' | undefined }
}

export interface StandingDeps {
  readonly chain: NetworkChain
  readonly stored: Stored
  readonly library: BlockLibrary | undefined
  readonly libp2p: PeerHost
  readonly greetings: Greetings
  readonly reputations: Reputations
  readonly judge: HeaderJudge
  readonly settings: NetworkSettings
  readonly random: () => number
}

/** What this peer has and whom it knows, as peers are told, as it is shown and as it is measured. */
export class Standing {
  /** Whether a peer of a public address has come in. */
  wasReached = false
  private readonly deps: StandingDeps

  constructor(deps: StandingDeps) {
    this.deps = deps
  }

  /** The addresses that others may be given, with the peer's id. */
  get addresses(): readonly string[] {
    return this.deps.libp2p.getMultiaddrs().map(String)
  }

  shown(): NetworkStatus {
    const { libp2p, stored, judge, reputations } = this.deps
    return {
      peer: libp2p.peerId.toString(),
      addresses: this.addresses,
      peers: this.connections().map(({ connection, status }) => ({
        peer: connection.remotePeer.toString(),
        direction: connection.direction,
        address: connection.remoteAddr.toString(),
        head: status.head,
        score: Math.round(reputations.of(connection.remotePeer.toString())),
      })),
      known: stored.peers.size,
      banned: stored.bans.size,
      head: judge.head,
      blocks: { ...this.extent(), kept: stored.kept.size, bytes: stored.kept.bytes },
      evidence: stored.book.evidenceCount,
      reachable: { is: this.wasReached ? 'yes' : 'unknown', by: this.wasReached ? 'inbound' : undefined },
    }
  }

  gauges(): NetworkGauges {
    const { stored, judge } = this.deps
    const connections = this.connections()
    const inbound = connections.filter(({ connection }) => connection.direction === 'inbound').length
    return {
      peers: { inbound, outbound: connections.length - inbound },
      known: stored.peers.size,
      banned: stored.bans.size,
      evidence: stored.book.evidenceCount,
      head: Number(judge.head),
      keptBlocks: stored.kept.size,
      keptBytes: stored.kept.bytes,
      reachable: this.wasReached ? ('yes' as const) : ('unknown' as const),
    }
  }

  told(): PeerStatus {
    const { chain, stored, settings } = this.deps
    return {
      form: networkForm,
      rollup: chain.rollup,
      genesis: chain.genesis,
      head: stored.book.head?.header.number ?? 0n,
      final: chain.final(),
      first: settings.light ? 0n : this.extent().first,
      evidence: BigInt(stored.book.evidenceCount),
    }
  }

  /** Peers that may have a block, those of the best reputation first, and no one always before the others. */
  servers(number: bigint): readonly PeerId[] {
    const { greetings, reputations, random } = this.deps
    return greetings.peers
      .filter(({ status }) => status.first !== 0n && status.first <= number)
      .map(({ peer }) => ({ peer, order: -reputations.of(peer.toString()) + random() }))
      .sort((a, b) => a.order - b.order)
      .map(({ peer }) => peer)
  }

  /** Whether blocks are missing up to the head. */
  isMissing(): boolean {
    const { stored, settings } = this.deps
    const { kept, book } = stored
    const floor = kept.head - BigInt(settings.historyBlocks) + 1n
    const head = book.head?.header.number ?? 0n
    return !settings.light && (kept.missing(floor > 1n ? floor : 1n) !== undefined || kept.head < head)
  }

  private connections(): { connection: Connection; status: PeerStatus }[] {
    const { libp2p, greetings } = this.deps
    return libp2p.getConnections().flatMap((connection) => {
      const status = greetings.of(connection.remotePeer)
      return status === undefined ? [] : [{ connection, status }]
    })
  }

  /** Blocks that this peer can serve. */
  extent(): { readonly first: bigint; readonly head: bigint } {
    const { stored, library } = this.deps
    const own = { first: stored.kept.first, head: stored.kept.head }
    const other = library?.extent() ?? { first: 0n, head: 0n }
    if (own.first === 0n) return other
    if (other.first === 0n) return own
    return {
      first: own.first < other.first ? own.first : other.first,
      head: own.head > other.head ? own.head : other.head,
    }
  }
}
