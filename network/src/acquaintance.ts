import type { Connection, PeerId } from '@libp2p/interface'
import { BlockHeaderType, type SignedHeader, sameBytes } from '@parley/protocol'
import type { Clock, Pulse } from '@parley/runtime'
import type { Logger } from 'pino'
import type { Blame } from './blame.ts'
import type { Puller } from './blocks/puller.ts'
import type { NetworkChain } from './chain.ts'
import { NetworkError } from './faults.ts'
import type { EvidenceKeeper } from './headers/evidence-keeper.ts'
import type { HeaderJudge } from './headers/header-judge.ts'
import { evidenceBytes, networkLimits, signedHeaderBytes } from './limits.ts'
import { isPublic } from './peers/addresses.ts'
import type { Greetings } from './peers/greetings.ts'
import type { PeerHost } from './peers/peer-host.ts'
import { statusBounds } from './serving.ts'
import type { Standing } from './standing.ts'
import type { Stored } from './stored.ts'
import type { Tasks } from './tasks.ts'
import type { Exchange } from './wire/exchange.ts'
import { EvidencesType, HeadersType, type PeerStatus, protocols, RangeType, StatusType } from './wire/forms.ts'
import { decodeFrame } from './wire/frames.ts'

const { headersPerAnswer, evidencePerAnswer, answerMs, greetMs, pullMs } = networkLimits

export interface AcquaintanceDeps {
  readonly chain: NetworkChain
  readonly stored: Stored
  readonly libp2p: PeerHost
  readonly exchange: Exchange
  readonly greetings: Greetings
  readonly judge: HeaderJudge
  readonly evidence: EvidenceKeeper
  readonly puller: Puller
  readonly blame: Blame
  readonly standing: Standing
  readonly tasks: Tasks
  readonly light: boolean
  readonly clock: Clock
  readonly log: Logger
  /** Told of a header that was found signed. */
  readonly signed: (header: SignedHeader) => void
  readonly moved: Pulse
  /** Beats when there may be more to pull. */
  readonly wake: Pulse
  readonly signal: AbortSignal
}

/** How far peers are, and what they know more: they are asked for it. */
export class Acquaintance {
  /** Peers told of headers further on than may be taken in as they are. */
  isBehind = false
  private readonly deps: AcquaintanceDeps
  /** The highest header whose block is not here, and since when it is missed. */
  private missed: { readonly number: bigint; readonly since: number } | undefined

  constructor(deps: AcquaintanceDeps) {
    this.deps = deps
  }

  /** Says what this peer follows, and asks what the other does. */
  async greet({ remotePeer, remoteAddr }: Connection): Promise<void> {
    const { blame, exchange, greetings, standing, stored } = this.deps
    const told = await blame.asking(remotePeer, () =>
      exchange.ask(remotePeer, statusBounds, greetMs, async (frames, signal) => {
        await frames.write(StatusType.serialize(standing.told()), signal)
        const bytes = await frames.read(signal)
        if (bytes === undefined)
          throw new NetworkError({ code: 'PEER_UNREACHABLE', protocol: protocols.status, reason: 'it said nothing' })
        const status = decodeFrame(StatusType, bytes, protocols.status)
        greetings.greet(remotePeer, status)
        return status
      }),
    )
    if (told === undefined) return
    await stored.peers.add(remotePeer.toString(), [remoteAddr])
    this.welcome(remotePeer, told)
  }

  async greetAgain(peer: PeerId): Promise<void> {
    const [connection] = this.deps.libp2p.getConnections(peer)
    if (connection !== undefined) await this.greet(connection)
  }

  /** What was gossiped after a peer said how far it is, and before it could hear, is told now. */
  async tellHead(peer: PeerId): Promise<void> {
    const told = this.deps.greetings.of(peer)
    const head = this.deps.stored.book.head?.header.number ?? 0n
    if (told !== undefined && told.head < head) await this.greetAgain(peer)
  }

  /** A peer follows this deployment: what it knows more is asked for. */
  welcome(peer: PeerId, status: PeerStatus): void {
    const { libp2p, standing, log, moved, stored, judge, tasks, wake } = this.deps
    const isInbound = libp2p
      .getConnections(peer)
      .some(({ direction, remoteAddr }) => direction === 'inbound' && isPublic(remoteAddr))
    if (isInbound) standing.wasReached = true
    log.debug({ peer: peer.toString(), head: status.head }, 'a peer')
    moved.beat()
    if (status.evidence > BigInt(stored.book.evidenceCount)) tasks.run(() => this.askEvidence(peer))
    if (status.head > judge.head) tasks.run(() => this.askHeader(peer, status.head))
    wake.beat()
  }

  private async askEvidence(peer: PeerId): Promise<void> {
    const { blame, exchange, evidence, signal: ending } = this.deps
    const bounds = { protocol: protocols.evidence, maximum: 4 * evidencePerAnswer + evidencePerAnswer * evidenceBytes }
    await blame.asking(peer, async () => {
      const pairs = await exchange.ask(peer, bounds, answerMs, async (frames, signal) => {
        await frames.write(new Uint8Array(0), signal)
        const bytes = (await frames.read(signal)) ?? new Uint8Array(0)
        return decodeFrame(EvidencesType, bytes, protocols.evidence)
      })
      for (const pair of pairs) await evidence.take(pair, ending)
    })
  }

  /** Learns how far the chain is: by the last header of a peer, whose signature is what counts. */
  private async askHeader(peer: PeerId, number: bigint): Promise<void> {
    const { blame, exchange, chain, judge, stored, light, signal: ending } = this.deps
    const bounds = { protocol: protocols.headers, maximum: headersPerAnswer * signedHeaderBytes }
    await blame.asking(peer, async () => {
      const headers = await exchange.ask(peer, bounds, answerMs, async (frames, signal) => {
        await frames.write(RangeType.serialize({ from: number, count: 1 }), signal)
        const bytes = (await frames.read(signal)) ?? new Uint8Array(0)
        return decodeFrame(HeadersType, bytes, protocols.headers)
      })
      const [signed] = headers
      if (signed === undefined || signed.header.number !== number) return
      const lineage = chain.lineage()
      if (lineage === undefined || !sameBytes(signed.header.lineage, lineage)) {
        // Which one is in force is not known yet, here or there.
        this.isBehind = true
        return
      }
      await judge.assertSigned(signed, ending)
      // It may be further ahead than gossip may be: the key of its number has signed it.
      const { standing, stored: isStored } = stored.book.add(signed)
      if (standing === 'first') this.deps.signed(signed)
      await isStored
      if (!light) await this.pullHead(signed, peer)
    })
  }

  /** Pulls the block of the highest header where its sender did not serve it in time: for long none may come after it. */
  async pullNewest(): Promise<void> {
    const { stored, standing, clock } = this.deps
    const newest = stored.book.head
    const now = clock.elapsed()
    if (newest === undefined || standing.extent().head >= newest.header.number) {
      this.missed = undefined
      return
    }
    const { number } = newest.header
    if (this.missed?.number !== number) this.missed = { number, since: now }
    // Until then it is being pulled of who sent the header.
    if (now - this.missed.since >= pullMs) await this.pullHead(newest, undefined)
  }

  private async pullHead(signed: SignedHeader, peer: PeerId | undefined): Promise<void> {
    const { stored, puller, wake, moved } = this.deps
    const root = BlockHeaderType.hashTreeRoot(signed.header)
    if (stored.kept.has(signed.header.number, root)) return
    const view = await puller.one(signed.header.number, root, peer)
    if (view === undefined) return
    await stored.kept.put(view)
    wake.beat()
    moved.beat()
  }
}
