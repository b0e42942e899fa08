import type { Connection, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import {
  BlockHeaderType,
  BlockView,
  portableVerifier,
  type SignatureVerifier,
  type SignedHeader,
  SignedHeaderType,
  sameBytes,
} from '@parley/protocol'
import { type Clock, Pulse, pause } from '@parley/runtime'
import type { BytesLevel } from '@parley/runtime/level'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import { backfill } from './blocks/backfill.ts'
import { KeptBlocks } from './blocks/kept-blocks.ts'
import { Puller } from './blocks/puller.ts'
import type { BlockLibrary, NetworkChain } from './chain.ts'
import { isUnforgivable, NetworkError } from './faults.ts'
import { EvidenceKeeper } from './headers/evidence-keeper.ts'
import { HeaderBook } from './headers/header-book.ts'
import { HeaderGossip } from './headers/header-gossip.ts'
import { HeaderJudge, isOfTheL2 } from './headers/header-judge.ts'
import { readIdentity } from './identity.ts'
import { evidenceBytes, networkLimits, reputation, signedHeaderBytes } from './limits.ts'
import { createMetrics, type NetworkMetrics } from './metrics.ts'
import { type NetworkOptions, type NetworkSettings, settingsOf } from './options.ts'
import { isPublic, readAddress } from './peers/addresses.ts'
import { Bans } from './peers/bans.ts'
import { Discovery } from './peers/discovery.ts'
import { configuredAddresses, createGater } from './peers/gater.ts'
import { Greetings } from './peers/greetings.ts'
import { PeerBook } from './peers/peer-book.ts'
import { createPeerHost, type PeerHost } from './peers/peer-host.ts'
import { Rates } from './peers/rates.ts'
import { Reputations } from './peers/reputations.ts'
import { serve, statusBounds } from './serving.ts'
import { Exchange } from './wire/exchange.ts'
import {
  type EvidencePair,
  EvidencePairType,
  EvidencesType,
  HeadersType,
  networkForm,
  type PeerStatus,
  protocols,
  RangeType,
  StatusType,
  topicOf,
} from './wire/forms.ts'
import { decodeFrame } from './wire/frames.ts'

const { headersPerAnswer, evidencePerAnswer, answerMs, greetMs } = networkLimits

export interface NetworkDeps {
  readonly chain: NetworkChain
  /** The key that this peer is known by, as `createIdentity` makes it. */
  readonly identity: Uint8Array
  /** Bans, peers, headers, evidence and pulled blocks. Whoever opened it closes it. */
  readonly store: BytesLevel
  /** Blocks that are here anyway, to be served. */
  readonly library?: BlockLibrary
  /** Told of each header that was found signed, the second of a place, too. What it throws is logged. */
  readonly onHeader?: (header: SignedHeader) => Promise<void>
  /** Told of each piece of evidence, once. What it throws is logged. */
  readonly onEvidence?: (pair: EvidencePair) => Promise<void>
  /** @default the portable verifier: a millisecond a header. */
  readonly verifier?: SignatureVerifier
  readonly clock: Clock
  readonly log: Logger
  readonly registry: Registry
  /** Draws from 0 to below 1. @default Math.random */
  readonly random?: () => number
}

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

export interface Network {
  status(): NetworkStatus
  /** The addresses that others may be given, with the peer's id. */
  readonly addresses: readonly string[]
  /** Gossips a header that was sealed or checked here, with its block. One that is known already is not gossiped again. */
  publish(view: BlockView): Promise<void>
  /** Tells of evidence that was found elsewhere. @throws {NetworkError} when it shows nothing. */
  tell(pair: EvidencePair): Promise<void>
  /** Pieces of evidence, the newest last. */
  evidence(): readonly EvidencePair[]
  /** A block that was pulled, or that the library has. */
  block(number: bigint): Promise<Uint8Array | undefined>
  /** Beats when a block, a header or evidence came. */
  readonly moved: Pulse
  /** Leaves. The store is closed by whoever opened it. */
  stop(): Promise<void>
}

/**
 * Takes part in the gossip of a deployment.
 * @throws {NetworkError} `OPTION_INVALID`, `P2P_ADDRESS_INVALID`, `P2P_LISTEN_FAILED`, `IDENTITY_INVALID`, `NETWORK_STORE_CORRUPT`.
 */
export async function createNetwork(deps: NetworkDeps, options: NetworkOptions = {}): Promise<Network> {
  const settings = settingsOf(options)
  const network = await PeerNetwork.open(deps, settings)
  await network.start()
  return network
}

/** What is on disk. */
interface Stored {
  readonly bans: Bans
  readonly peers: PeerBook
  readonly book: HeaderBook
  readonly kept: KeptBlocks
}

class PeerNetwork implements Network {
  readonly moved = new Pulse()
  private readonly deps: NetworkDeps
  private readonly settings: NetworkSettings
  private readonly stored: Stored
  private readonly libp2p: PeerHost
  private readonly metrics: NetworkMetrics
  private readonly exchange: Exchange
  private readonly greetings: Greetings
  private readonly reputations: Reputations
  private readonly judge: HeaderJudge
  private readonly evidenceKeeper: EvidenceKeeper
  private readonly puller: Puller
  private readonly gossip: HeaderGossip
  private readonly discovery: Discovery
  private readonly messageRates: Rates
  private readonly floodRates: Rates
  private readonly requestRates: Rates
  private readonly ownRate: Rates
  /** Highest header that was published and not gossiped. */
  private held: SignedHeader | undefined
  private readonly stopping = new AbortController()
  private readonly tasks = new Set<Promise<void>>()
  private readonly openedAt = new Map<string, number>()
  private readonly topics: { readonly headers: string; readonly evidence: string }
  private readonly wake = new Pulse()
  private lineage: Uint8Array | undefined
  private wasReached = false
  /** Peers told of headers further on than may be taken in as they are. */
  private isBehind = false
  private askedAt = Number.NEGATIVE_INFINITY

  private constructor(
    deps: NetworkDeps,
    settings: NetworkSettings,
    stored: Stored,
    reputations: Reputations,
    libp2p: PeerHost,
    bootnodes: readonly Multiaddr[],
  ) {
    this.deps = deps
    this.settings = settings
    this.stored = stored
    this.reputations = reputations
    this.libp2p = libp2p
    const { chain, clock, log, verifier = portableVerifier, random = Math.random, library } = deps
    const { bans, book, kept, peers } = stored
    const { signal } = this.stopping
    const { light } = settings
    this.topics = { headers: topicOf(chain.rollup, 'headers'), evidence: topicOf(chain.rollup, 'evidence') }
    this.metrics = createMetrics(deps.registry, () => this.gauges())
    const { metrics } = this
    const rates = (perSecond: number, atOnce: number): Rates => new Rates(clock, perSecond, atOnce)
    this.messageRates = rates(networkLimits.messagesPerSecond, networkLimits.messagesAtOnce)
    this.floodRates = rates(networkLimits.floodPerSecond, networkLimits.floodAtOnce)
    this.requestRates = rates(networkLimits.requestsPerSecond, networkLimits.requestsAtOnce)
    this.ownRate = rates(networkLimits.publishedPerSecond, networkLimits.publishedAtOnce)
    this.exchange = new Exchange({ libp2p, clock, signal })
    this.greetings = new Greetings({ rollup: chain.rollup, genesis: chain.genesis })
    const { exchange, greetings } = this
    const failed = (peer: PeerId, error: NetworkError): void => this.failed(peer, error)
    this.judge = new HeaderJudge({ chain, book, verifier, clock })
    const { judge } = this
    this.evidenceKeeper = new EvidenceKeeper({
      book,
      judge,
      metrics,
      log,
      found: (pair, told) => this.found(pair, told),
    })
    const isOtherSigned = (bytes: Uint8Array, number: bigint) => this.isOtherSigned(bytes, number)
    const servers = (number: bigint) => this.servers(number)
    this.puller = new Puller({ exchange, metrics, servers, failed, isOtherSigned, signal })
    this.gossip = new HeaderGossip({
      book,
      judge,
      evidence: this.evidenceKeeper,
      kept,
      puller: this.puller,
      library,
      rates: this.messageRates,
      floods: this.floodRates,
      metrics,
      light,
      failed,
      lessOf: (peer, points) => this.lessOf(peer, points),
      signed: (header) => this.toldOf(header),
      pulled: () => this.wake.beat(),
      ahead: () => {
        this.isBehind = true
      },
      signal,
    })
    const { wantedPeers } = settings
    const finding = { libp2p, exchange, greetings, book: peers, bans, bootnodes, wantedPeers, failed }
    this.discovery = new Discovery({ ...finding, clock, log, random, signal })
  }

  /** Opens what is stored; nobody is listened to yet. */
  static async open(deps: NetworkDeps, settings: NetworkSettings): Promise<PeerNetwork> {
    const { store, clock } = deps
    const { allowPrivate, historyBlocks, keptBytes } = settings
    const rules = { allowPrivate }
    const bootnodes = settings.bootnodes.map((text) => readAddress('bootnodes', text, true))
    for (const text of settings.listen) readAddress('listen', text, false)
    for (const text of settings.announce) readAddress('announce', text, false)
    const privateKey = readIdentity(deps.identity)
    const stored: Stored = {
      bans: await Bans.open(store, clock),
      peers: await PeerBook.open(store, rules),
      book: await HeaderBook.open(store),
      kept: await KeptBlocks.open(store, { blocks: historyBlocks, bytes: keptBytes }),
    }
    const reputations = new Reputations(clock)
    const gater = createGater({
      bans: stored.bans,
      rules,
      configured: configuredAddresses(bootnodes),
      connections: () => libp2p.getConnections(),
    })
    const { rollup } = deps.chain
    const libp2p = await createPeerHost(
      {
        privateKey,
        gater,
        topics: [topicOf(rollup, 'headers'), topicOf(rollup, 'evidence')],
        scoreOf: (peer) => reputations.of(peer),
      },
      settings,
    )
    return new PeerNetwork(deps, settings, stored, reputations, libp2p, bootnodes)
  }

  async start(): Promise<void> {
    const { libp2p, topics, settings, deps } = this
    const { chain } = deps
    const { pubsub } = libp2p.services
    pubsub.topicValidators.set(topics.headers, (peer, { data }) => this.gossip.header(peer, data))
    pubsub.topicValidators.set(topics.evidence, (peer, { data }) => this.gossip.pair(peer, data))
    libp2p.addEventListener('connection:open', ({ detail }) => this.opened(detail))
    libp2p.addEventListener('peer:disconnect', ({ detail }) => this.closed(detail))
    pubsub.addEventListener('subscription-change', ({ detail: { peerId, subscriptions } }) => {
      if (subscriptions.some(({ topic, subscribe }) => subscribe && topic === topics.headers))
        this.run(() => this.tellHead(peerId))
    })
    await serve({
      libp2p,
      exchange: this.exchange,
      chain,
      book: this.stored.book,
      kept: this.stored.kept,
      library: deps.library,
      greetings: this.greetings,
      rates: this.requestRates,
      rules: settings,
      metrics: this.metrics,
      light: settings.light,
      status: () => this.ownStatus(),
      greeted: (peer, status) => this.welcome(peer, status),
      failed: (peer, error) => this.failed(peer, error),
    })
    try {
      await libp2p.start()
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new NetworkError(
        { code: 'P2P_LISTEN_FAILED', address: settings.listen.join(', '), reason },
        { cause: error },
      )
    }
    pubsub.subscribe(topics.headers)
    pubsub.subscribe(topics.evidence)
    this.run(() => this.lookAround())
    this.run(() => this.fillUp())
    deps.log.info({ peer: libp2p.peerId.toString(), addresses: this.addresses }, 'taking part in gossip')
  }

  get addresses(): readonly string[] {
    return this.libp2p.getMultiaddrs().map(String)
  }

  status(): NetworkStatus {
    const { libp2p, stored, judge } = this
    return {
      peer: libp2p.peerId.toString(),
      addresses: this.addresses,
      peers: this.connections().map(({ connection, status }) => ({
        peer: connection.remotePeer.toString(),
        direction: connection.direction,
        address: connection.remoteAddr.toString(),
        head: status.head,
        score: Math.round(this.reputations.of(connection.remotePeer.toString())),
      })),
      known: stored.peers.size,
      banned: stored.bans.size,
      head: judge.head,
      blocks: { ...this.extent(), kept: stored.kept.size, bytes: stored.kept.bytes },
      evidence: stored.book.evidenceCount,
      reachable: { is: this.wasReached ? 'yes' : 'unknown', by: this.wasReached ? 'inbound' : undefined },
    }
  }

  async publish(view: BlockView): Promise<void> {
    const { book, kept } = this.stored
    const signed = { header: view.header, signature: Uint8Array.from(view.signature) }
    if (book.standingOf(signed) === 'known') return
    if (this.deps.library === undefined) await kept.put(view)
    if (!(await this.gossip.note(signed))) return
    this.metrics.headers.inc({ outcome: 'published' })
    this.moved.beat()
    // Whoever catches up tells the end only: others ask for what is between.
    this.held = signed
    await this.gossipHeld()
  }

  private async gossipHeld(): Promise<void> {
    const { held } = this
    if (held === undefined || !this.ownRate.take('own')) return
    this.held = undefined
    await this.libp2p.services.pubsub.publish(this.topics.headers, SignedHeaderType.serialize(held))
  }

  async tell(pair: EvidencePair): Promise<void> {
    await this.evidenceKeeper.take(pair, this.stopping.signal)
  }

  evidence(): readonly EvidencePair[] {
    return this.stored.book.evidence()
  }

  async block(number: bigint): Promise<Uint8Array | undefined> {
    return (await this.stored.kept.read(number)) ?? (await this.deps.library?.read(number))
  }

  async stop(): Promise<void> {
    this.stopping.abort(new Error('the network is left'))
    this.wake.beat()
    await this.libp2p.stop()
    await Promise.allSettled(this.tasks)
  }

  /** Does something beside; an error that is no peer's doing is a defect, and logged as one. */
  private run(task: () => Promise<unknown>): void {
    const running: Promise<void> = task()
      .catch((error: unknown) => {
        if (!this.stopping.signal.aborted) this.deps.log.error({ err: error }, 'a task of the network failed')
      })
      .then(() => {
        this.tasks.delete(running)
      })
    this.tasks.add(running)
  }

  private opened(connection: Connection): void {
    const { clock } = this.deps
    this.openedAt.set(connection.remotePeer.toString(), clock.elapsed())
    if (connection.direction === 'outbound') this.run(() => this.greet(connection))
  }

  private closed(peer: PeerId): void {
    this.greetings.forget(peer)
    this.openedAt.delete(peer.toString())
  }

  private async greet({ remotePeer, remoteAddr }: Connection): Promise<void> {
    const told = await this.asking(remotePeer, () =>
      this.exchange.ask(remotePeer, statusBounds, greetMs, async (frames, signal) => {
        await frames.write(StatusType.serialize(this.ownStatus()), signal)
        const bytes = await frames.read(signal)
        if (bytes === undefined)
          throw new NetworkError({ code: 'PEER_UNREACHABLE', protocol: protocols.status, reason: 'it said nothing' })
        const status = decodeFrame(StatusType, bytes, protocols.status)
        this.greetings.greet(remotePeer, status)
        return status
      }),
    )
    if (told === undefined) return
    await this.stored.peers.add(remotePeer.toString(), [remoteAddr])
    this.welcome(remotePeer, told)
  }

  /** What was gossiped after a peer said how far it is, and before it could hear, is told now. */
  private async tellHead(peer: PeerId): Promise<void> {
    const told = this.greetings.of(peer)
    const head = this.stored.book.head?.header.number ?? 0n
    const [connection] = this.libp2p.getConnections(peer)
    if (told !== undefined && told.head < head && connection !== undefined) await this.greet(connection)
  }

  /** A peer follows this deployment: what it knows more is asked for. */
  private welcome(peer: PeerId, status: PeerStatus): void {
    const isInbound = this.libp2p
      .getConnections(peer)
      .some(({ direction, remoteAddr }) => direction === 'inbound' && isPublic(remoteAddr))
    if (isInbound) this.wasReached = true
    this.deps.log.debug({ peer: peer.toString(), head: status.head }, 'a peer')
    this.moved.beat()
    if (status.evidence > BigInt(this.stored.book.evidenceCount)) this.run(() => this.askEvidence(peer))
    if (status.head > this.judge.head) this.run(() => this.askHeader(peer, status.head))
    this.wake.beat()
  }

  private async askEvidence(peer: PeerId): Promise<void> {
    const bounds = { protocol: protocols.evidence, maximum: 4 * evidencePerAnswer + evidencePerAnswer * evidenceBytes }
    await this.asking(peer, async () => {
      const pairs = await this.exchange.ask(peer, bounds, answerMs, async (frames, signal) => {
        await frames.write(new Uint8Array(0), signal)
        const bytes = (await frames.read(signal)) ?? new Uint8Array(0)
        return decodeFrame(EvidencesType, bytes, protocols.evidence)
      })
      for (const pair of pairs) await this.evidenceKeeper.take(pair, this.stopping.signal)
    })
  }

  /** Learns how far the chain is: by the last header of a peer, whose signature is what counts. */
  private async askHeader(peer: PeerId, number: bigint): Promise<void> {
    const bounds = { protocol: protocols.headers, maximum: headersPerAnswer * signedHeaderBytes }
    await this.asking(peer, async () => {
      const headers = await this.exchange.ask(peer, bounds, answerMs, async (frames, signal) => {
        await frames.write(RangeType.serialize({ from: number, count: 1 }), signal)
        const bytes = (await frames.read(signal)) ?? new Uint8Array(0)
        return decodeFrame(HeadersType, bytes, protocols.headers)
      })
      const [signed] = headers
      if (signed === undefined || signed.header.number !== number) return
      const { chain } = this.deps
      const lineage = chain.lineage()
      if (lineage === undefined || !sameBytes(signed.header.lineage, lineage)) {
        // Which one is in force is not known yet, here or there.
        this.isBehind = true
        return
      }
      await this.judge.assertSigned(signed, this.stopping.signal)
      // It may be further ahead than gossip may be: the key of its number has signed it.
      const { standing, stored } = this.stored.book.add(signed)
      if (standing === 'first') this.toldOf(signed)
      await stored
      if (!this.settings.light) await this.pullHead(signed, peer)
    })
  }

  private async pullHead(signed: SignedHeader, peer: PeerId): Promise<void> {
    const root = BlockHeaderType.hashTreeRoot(signed.header)
    if (this.stored.kept.has(signed.header.number, root)) return
    const view = await this.puller.one(signed.header.number, root, peer)
    if (view === undefined) return
    await this.stored.kept.put(view)
    this.wake.beat()
    this.moved.beat()
  }

  /** @returns what a peer was asked for; undefined when it failed, which is held against it. */
  private async asking<T>(peer: PeerId, ask: () => Promise<T>): Promise<T | undefined> {
    try {
      return await ask()
    } catch (error) {
      if (this.stopping.signal.aborted) return undefined
      if (error instanceof NetworkError) this.failed(peer, error)
      else if (isOfTheL2(error)) this.deps.log.debug({ fault: error.toJSON() }, 'the L2 does not answer')
      else throw error
      return undefined
    }
  }

  /** A peer failed: it goes at once where there is no excuse, or after too much of what there is one for. */
  private failed(peer: PeerId, error: NetworkError): void {
    this.metrics.faults.inc({ code: error.fault.code })
    if (isUnforgivable(error)) this.ban(peer, error)
    else if (error.fault.code === 'PEER_SILENT') this.lessOf(peer, reputation.pullTimeout)
    else if (error.fault.code === 'PEER_TOO_MANY') this.lessOf(peer, reputation.tooMany)
  }

  private lessOf(peer: PeerId, points: number): void {
    const gone = this.reputations.add(peer.toString(), points)
    if (gone !== undefined) this.ban(peer, gone)
  }

  private ban(peer: PeerId, error: NetworkError): void {
    const { bans } = this.stored
    const id = peer.toString()
    if (bans.has(id)) return
    const { code } = error.fault
    this.metrics.bans.inc({ code })
    this.deps.log.warn({ peer: id, fault: error.toJSON() }, 'a peer is sent away')
    this.greetings.forget(peer)
    this.run(async () => {
      const isStored = bans.add(id, code)
      for (const connection of this.libp2p.getConnections(peer)) connection.abort(error)
      await isStored
      this.moved.beat()
    })
  }

  private toldOf(header: SignedHeader): void {
    this.moved.beat()
    const { onHeader } = this.deps
    if (onHeader !== undefined) this.run(() => onHeader(header))
  }

  private found(pair: EvidencePair, told: boolean): void {
    this.moved.beat()
    const { onEvidence } = this.deps
    if (onEvidence !== undefined) this.run(() => onEvidence(pair))
    // What a peer told by gossip is passed on by gossip; evidence that was asked for is told here again, which costs as little.
    this.run(() => this.libp2p.services.pubsub.publish(this.topics.evidence, EvidencePairType.serialize(pair)))
    this.deps.log.debug({ told }, 'evidence is passed on')
  }

  private async isOtherSigned(bytes: Uint8Array, number: bigint): Promise<boolean> {
    const { header, signature } = BlockView.read(bytes)
    if (header.number !== number) return false
    const signed = { header, signature: Uint8Array.from(signature) }
    try {
      await this.judge.assertSigned(signed, this.stopping.signal)
    } catch (error) {
      if (error instanceof NetworkError) return false
      throw error
    }
    const lineage = this.deps.chain.lineage()
    if (lineage !== undefined && sameBytes(lineage, header.lineage)) await this.gossip.note(signed)
    return true
  }

  private connections(): { connection: Connection; status: PeerStatus }[] {
    return this.libp2p.getConnections().flatMap((connection) => {
      const status = this.greetings.of(connection.remotePeer)
      return status === undefined ? [] : [{ connection, status }]
    })
  }

  /** Peers that may have a block, those of the best reputation first, and no one always before the others. */
  private servers(number: bigint): readonly PeerId[] {
    const { random = Math.random } = this.deps
    return this.greetings.peers
      .filter(({ status }) => status.first !== 0n && status.first <= number)
      .map(({ peer }) => ({ peer, order: -this.reputations.of(peer.toString()) + random() }))
      .sort((a, b) => a.order - b.order)
      .map(({ peer }) => peer)
  }

  /** Blocks that this peer can serve. */
  private extent(): { readonly first: bigint; readonly head: bigint } {
    const { kept } = this.stored
    const own = { first: kept.first, head: kept.head }
    const other = this.deps.library?.extent() ?? { first: 0n, head: 0n }
    if (own.first === 0n) return other
    if (other.first === 0n) return own
    return {
      first: own.first < other.first ? own.first : other.first,
      head: own.head > other.head ? own.head : other.head,
    }
  }

  private ownStatus(): PeerStatus {
    const { chain } = this.deps
    return {
      form: networkForm,
      rollup: chain.rollup,
      genesis: chain.genesis,
      head: this.stored.book.head?.header.number ?? 0n,
      final: chain.final(),
      first: this.settings.light ? 0n : this.extent().first,
      evidence: BigInt(this.stored.book.evidenceCount),
    }
  }

  /** Looks for peers, and after those that are there, again and again. */
  private async lookAround(): Promise<void> {
    const { clock } = this.deps
    const { signal } = this.stopping
    while (!signal.aborted) {
      await this.followLineage()
      this.dropSilent()
      this.reputations.tidy()
      for (const rates of [this.messageRates, this.floodRates, this.requestRates]) rates.tidy()
      await this.gossipHeld()
      await this.discovery.look()
      await this.askOne()
      await pause(clock, this.settings.lookEveryMs, signal)
    }
  }

  /** Asks one peer, drawn, how far it is. */
  private async askOne(): Promise<void> {
    const { clock, random = Math.random } = this.deps
    const { peers } = this.greetings
    const chosen = peers[Math.floor(random() * peers.length)]
    const now = clock.elapsed()
    if (chosen === undefined || now - this.askedAt < networkLimits.askAgainMs) return
    this.askedAt = now
    const [connection] = this.libp2p.getConnections(chosen.peer)
    if (connection !== undefined) await this.greet(connection)
  }

  private async followLineage(): Promise<void> {
    const { chain } = this.deps
    const lineage = chain.lineage()
    if (lineage === undefined || (this.lineage !== undefined && sameBytes(this.lineage, lineage))) return
    this.lineage = lineage
    this.stored.book.follow(lineage)
    await this.stored.kept.dropVoid(lineage, chain.claimed())
  }

  /** Peers that do not say what they follow take the place of others. */
  private dropSilent(): void {
    const now = this.deps.clock.elapsed()
    for (const connection of this.libp2p.getConnections()) {
      const peer = connection.remotePeer
      const openedAt = this.openedAt.get(peer.toString()) ?? now
      if (!this.greetings.has(peer) && now - openedAt > greetMs) connection.abort(new Error('it does not greet'))
    }
  }

  /** Pulls what is missing behind the head. */
  private async fillUp(): Promise<void> {
    const { light, historyBlocks, lookEveryMs } = this.settings
    const { signal } = this.stopping
    const { kept } = this.stored
    while (!signal.aborted) {
      const woken = this.wake.next()
      const servers = (number: bigint) => this.servers(number)
      const pulled = light ? 0 : await backfill({ kept, puller: this.puller, servers, historyBlocks, signal })
      if (pulled > 0) {
        this.metrics.pulls.inc({ outcome: 'filled up' }, pulled)
        this.moved.beat()
        continue
      }
      await this.statusAgain()
      await Promise.race([woken, pause(this.deps.clock, lookEveryMs, signal)])
    }
  }

  /** Peers are asked again what they have where something is missing; else they said so when they came. */
  private async statusAgain(): Promise<void> {
    const { book } = this.stored
    const head = book.head?.header.number ?? 0n
    if (!this.isBehind && !this.isMissing(head)) return
    this.isBehind = false
    for (const { peer } of this.greetings.peers.slice(0, 4)) {
      const [connection] = this.libp2p.getConnections(peer)
      if (connection !== undefined) await this.greet(connection)
    }
  }

  private isMissing(head: bigint): boolean {
    const { kept } = this.stored
    const floor = kept.head - BigInt(this.settings.historyBlocks) + 1n
    return !this.settings.light && (kept.missing(floor > 1n ? floor : 1n) !== undefined || kept.head < head)
  }

  private gauges() {
    const { stored } = this
    const connections = this.connections()
    const inbound = connections.filter(({ connection }) => connection.direction === 'inbound').length
    return {
      peers: { inbound, outbound: connections.length - inbound },
      known: stored.peers.size,
      banned: stored.bans.size,
      evidence: stored.book.evidenceCount,
      head: Number(this.judge.head),
      keptBlocks: stored.kept.size,
      keptBytes: stored.kept.bytes,
      reachable: this.wasReached ? ('yes' as const) : ('unknown' as const),
    }
  }
}
