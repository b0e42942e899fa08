import type { Connection, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { BlockView, portableVerifier, type SignedHeader, SignedHeaderType, sameBytes } from '@parley/protocol'
import { Pulse } from '@parley/runtime'
import { Acquaintance } from './acquaintance.ts'
import { Blame } from './blame.ts'
import { Puller } from './blocks/puller.ts'
import { NetworkError } from './faults.ts'
import { EvidenceKeeper } from './headers/evidence-keeper.ts'
import { HeaderGossip } from './headers/header-gossip.ts'
import { HeaderJudge } from './headers/header-judge.ts'
import { readIdentity } from './identity.ts'
import { networkLimits } from './limits.ts'
import { createMetrics, type NetworkMetrics } from './metrics.ts'
import type { NetworkDeps } from './network-deps.ts'
import { type NetworkOptions, type NetworkSettings, settingsOf } from './options.ts'
import { readAddress } from './peers/addresses.ts'
import { Discovery } from './peers/discovery.ts'
import { configuredAddresses, createGater } from './peers/gater.ts'
import { Greetings } from './peers/greetings.ts'
import { createPeerHost, type PeerHost } from './peers/peer-host.ts'
import { Rates } from './peers/rates.ts'
import { Reputations } from './peers/reputations.ts'
import { serve } from './serving.ts'
import { type NetworkStatus, Standing } from './standing.ts'
import { openStored, type Stored } from './stored.ts'
import { Tasks } from './tasks.ts'
import { Upkeep } from './upkeep.ts'
import { Exchange } from './wire/exchange.ts'
import { type EvidencePair, EvidencePairType, topicOf } from './wire/forms.ts'

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

class PeerNetwork implements Network {
  readonly moved = new Pulse()
  private readonly deps: NetworkDeps
  private readonly settings: NetworkSettings
  private readonly stored: Stored
  private readonly libp2p: PeerHost
  private readonly metrics: NetworkMetrics
  private readonly exchange: Exchange
  private readonly greetings: Greetings
  private readonly judge: HeaderJudge
  private readonly evidenceKeeper: EvidenceKeeper
  private readonly gossip: HeaderGossip
  private readonly requestRates: Rates
  private readonly ownRate: Rates
  private readonly blame: Blame
  private readonly standing: Standing
  private readonly acquaintance: Acquaintance
  private readonly upkeep: Upkeep
  private readonly tasks: Tasks
  /** Highest header that was published and not gossiped. */
  private held: SignedHeader | undefined
  private readonly stopping = new AbortController()
  private readonly topics: { readonly headers: string; readonly evidence: string }
  private readonly wake = new Pulse()

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
    this.libp2p = libp2p
    const { chain, clock, log, verifier = portableVerifier, random = Math.random, library } = deps
    const { bans, book, kept, peers } = stored
    const { signal } = this.stopping
    const { light, wantedPeers } = settings
    const { moved, wake } = this
    this.topics = { headers: topicOf(chain.rollup, 'headers'), evidence: topicOf(chain.rollup, 'evidence') }
    this.tasks = new Tasks(log, signal)
    const { tasks } = this
    this.metrics = createMetrics(deps.registry, () => this.standing.gauges())
    const { metrics } = this
    const rates = (perSecond: number, atOnce: number): Rates => new Rates(clock, perSecond, atOnce)
    const messageRates = rates(networkLimits.messagesPerSecond, networkLimits.messagesAtOnce)
    const floodRates = rates(networkLimits.floodPerSecond, networkLimits.floodAtOnce)
    this.requestRates = rates(networkLimits.requestsPerSecond, networkLimits.requestsAtOnce)
    this.ownRate = rates(networkLimits.publishedPerSecond, networkLimits.publishedAtOnce)
    this.exchange = new Exchange({ libp2p, clock, signal })
    this.greetings = new Greetings({ rollup: chain.rollup, genesis: chain.genesis })
    const { exchange, greetings } = this
    this.blame = new Blame({ bans, reputations, greetings, libp2p, metrics, log, tasks, moved, signal })
    const { blame } = this
    const failed = (peer: PeerId, error: NetworkError): void => blame.failed(peer, error)
    this.judge = new HeaderJudge({ chain, book, verifier, clock })
    const { judge } = this
    this.standing = new Standing({ chain, stored, library, libp2p, greetings, reputations, judge, settings, random })
    const { standing } = this
    this.evidenceKeeper = new EvidenceKeeper({
      book,
      judge,
      metrics,
      log,
      found: (pair, told) => this.found(pair, told),
    })
    const puller = new Puller({
      exchange,
      metrics,
      servers: (number) => standing.servers(number),
      failed,
      isOtherSigned: (bytes, number) => this.isOtherSigned(bytes, number),
      signal,
    })
    const signed = (header: SignedHeader): void => this.toldOf(header)
    const evidence = this.evidenceKeeper
    this.acquaintance = new Acquaintance({
      ...{
        chain,
        stored,
        libp2p,
        exchange,
        greetings,
        judge,
        evidence,
        puller,
        blame,
        standing,
        tasks,
        light,
        log,
        clock,
      },
      ...{ signed, moved, wake, signal },
    })
    const { acquaintance } = this
    this.gossip = new HeaderGossip({
      ...{ book, judge, evidence, kept, puller, library, metrics, light, failed, signed, signal },
      rates: messageRates,
      floods: floodRates,
      lessOf: (peer, points) => blame.lessOf(peer, points),
      pulled: () => wake.beat(),
      ahead: () => {
        acquaintance.isBehind = true
      },
    })
    const finding = { libp2p, exchange, greetings, book: peers, bans, bootnodes, wantedPeers, failed }
    this.upkeep = new Upkeep({
      ...{ chain, stored, libp2p, greetings, reputations, acquaintance, standing, puller, metrics, settings, clock },
      ...{ random, moved, wake, signal },
      rates: [messageRates, floodRates, this.requestRates],
      discovery: new Discovery({ ...finding, clock, log, random, signal }),
      gossipHeld: () => this.gossipHeld(),
    })
  }

  /** Opens what is stored; nobody is listened to yet. */
  static async open(deps: NetworkDeps, settings: NetworkSettings): Promise<PeerNetwork> {
    const { store, clock } = deps
    const rules = { allowPrivate: settings.allowPrivate }
    const bootnodes = settings.bootnodes.map((text) => readAddress('bootnodes', text, true))
    for (const text of settings.listen) readAddress('listen', text, false)
    for (const text of settings.announce) readAddress('announce', text, false)
    const privateKey = readIdentity(deps.identity)
    const stored = await openStored(store, clock, settings)
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
    const { libp2p, topics, settings, deps, tasks, upkeep, acquaintance, blame } = this
    const { chain } = deps
    const { pubsub } = libp2p.services
    pubsub.topicValidators.set(topics.headers, (peer, { data }) => this.gossip.header(peer, data))
    pubsub.topicValidators.set(topics.evidence, (peer, { data }) => this.gossip.pair(peer, data))
    libp2p.addEventListener('connection:open', ({ detail }) => this.opened(detail))
    libp2p.addEventListener('peer:disconnect', ({ detail }) => this.closed(detail))
    pubsub.addEventListener('subscription-change', ({ detail: { peerId, subscriptions } }) => {
      if (subscriptions.some(({ topic, subscribe }) => subscribe && topic === topics.headers))
        tasks.run(() => acquaintance.tellHead(peerId))
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
      status: () => this.standing.told(),
      greeted: (peer, status) => acquaintance.welcome(peer, status),
      failed: (peer, error) => blame.failed(peer, error),
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
    tasks.run(() => upkeep.lookAround())
    tasks.run(() => upkeep.fillUp())
    deps.log.info({ peer: libp2p.peerId.toString(), addresses: this.addresses }, 'taking part in gossip')
  }

  get addresses(): readonly string[] {
    return this.standing.addresses
  }

  status(): NetworkStatus {
    return this.standing.shown()
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
    await this.tasks.ended()
  }

  private opened(connection: Connection): void {
    this.upkeep.opened(connection.remotePeer.toString())
    if (connection.direction === 'outbound') this.tasks.run(() => this.acquaintance.greet(connection))
  }

  private closed(peer: PeerId): void {
    this.greetings.forget(peer)
    this.upkeep.closed(peer.toString())
  }

  private toldOf(header: SignedHeader): void {
    this.moved.beat()
    const { onHeader } = this.deps
    if (onHeader !== undefined) this.tasks.run(() => onHeader(header))
  }

  private found(pair: EvidencePair, told: boolean): void {
    this.moved.beat()
    const { onEvidence } = this.deps
    if (onEvidence !== undefined) this.tasks.run(() => onEvidence(pair))
    // What a peer told by gossip is passed on by gossip; evidence that was asked for is told here again, which costs as little.
    this.tasks.run(() => this.libp2p.services.pubsub.publish(this.topics.evidence, EvidencePairType.serialize(pair)))
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
}
