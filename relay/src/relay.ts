import { feedLimits, feedRoutes, httpFeedRoutes, maxJsonBytes, relayRoutes } from '@parley/api'
import { createApiServer, serveRoutes } from '@parley/api/server'
import {
  addHttpFeeds,
  addSockets,
  blockSocket,
  closeCodes,
  closeSockets,
  type Farewell,
  type HttpFeeds,
  LiveFeeds,
  liveSocket,
} from '@parley/feeds'
import type { BlockHeader, BlockSource, QueuedItem, SettlementReader } from '@parley/protocol'
import type { Clock } from '@parley/runtime'
import type { BytesLevel } from '@parley/runtime/level'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import { RelayError } from './faults.ts'
import { AcceptedFollower, type AcceptedRecords } from './follow/accepted-follower.ts'
import { Follower } from './follow/follower.ts'
import { L2View } from './follow/l2-view.ts'
import { relayHandlers } from './http/routes.ts'
import { createMetrics } from './metrics.ts'
import { type RelayOptions, settingsOf } from './options.ts'
import { RelayChain } from './relay-chain.ts'
import { RelayStore } from './store/relay-store.ts'

export interface RelayDeps {
  /** Blocks of a sequencer, or of another relay. Each must be signed and commit to its runs. */
  /** Makes the source. @param isRescued - Whether a header without a signature is one that a rescue claimed. */
  readonly source: (isRescued: L2View['isRescued']) => BlockSource
  /** What is accepted there, to be told before it is sealed; left out, readers are told of sealed blocks only. */
  readonly accepted?: AcceptedRecords
  /** Where inbox items, claims and removals are read. */
  readonly settlement: Pick<SettlementReader, 'follow'>
  /** Header that stands for the state before the first block. */
  readonly genesis: BlockHeader
  readonly store: BytesLevel
  readonly clock: Clock
  readonly log: Logger
  readonly registry: Registry
}

export interface Relay {
  readonly url: string
  /** Rejects with what made it stop by itself; never resolves. */
  readonly failed: Promise<never>
  /** Closes the feeds and stops. The store is closed by whoever opened it. */
  stop(): Promise<void>
}

const info = {
  title: 'Parley relay',
  summary: 'Follows the blocks of a sequencer, checks and keeps them, and serves their feeds',
}

/**
 * Opens what is stored, follows from there on, and serves readers.
 * @throws {RelayError} `OPTION_INVALID`, `STORE_CORRUPT`.
 */
export async function startRelay(deps: RelayDeps, options: Partial<RelayOptions> = {}): Promise<Relay> {
  const settings = settingsOf(options)
  const store = await RelayStore.open(deps.store)
  const chain = await RelayChain.open(store, deps.genesis, deps.clock)
  const relay = new RunningRelay(deps, settings, chain)
  await relay.listen()
  return relay
}

class RunningRelay implements Relay {
  url = ''
  readonly failed: Promise<never>
  private chain: RelayChain
  private readonly l2: L2View
  private follower: Follower
  private app: FastifyInstance | undefined
  private httpFeeds: HttpFeeds | undefined
  private farewell: Farewell = { code: closeCodes.stopping }
  private readonly failure = Promise.withResolvers<never>()
  private readonly stopping = new AbortController()
  private readonly running: Promise<void>[] = []
  private readonly deps: RelayDeps
  private readonly settings: RelayOptions

  constructor(deps: RelayDeps, settings: RelayOptions, chain: RelayChain) {
    this.deps = deps
    this.settings = settings
    this.chain = chain
    this.l2 = new L2View(chain.header.inboxCount, deps.genesis.lineage)
    this.follower = this.followerOf(chain)
    this.failed = this.failure.promise
    // Whoever cares asks `failed`; that nobody asked yet is no unhandled rejection.
    this.failed.catch(() => undefined)
  }

  async listen(): Promise<void> {
    const { clock, log, registry } = this.deps
    const { settings } = this
    const chain = (): RelayChain => this.chain
    const { feeds } = createMetrics(registry, chain)
    const statusOf = (error: Error): number | undefined => (error instanceof RelayError ? 404 : undefined)
    const server = createApiServer({ clock, log, registry, statusOf }, { ...settings, maxBodyBytes: maxJsonBytes })
    const { app, exchangeOf } = server
    // Which lineage is in force is not known before.
    const unread = (): string | undefined => (this.l2.caughtUp ? undefined : 'the L2 is being read')
    const live = new LiveFeeds({ live: chain, epoch: () => this.l2.lineage, unreadyBecause: unread }, settings)
    const sockets = [
      liveSocket(live, exchangeOf),
      blockSocket({ blocks: chain, removals: () => this.l2.endedLineages, unreadyBecause: unread }),
    ]
    const farewell = (): Farewell => this.farewell
    const maxFrameBytes = feedLimits.clientFrameBytes
    const shares = await addSockets(
      server,
      sockets,
      { clock, log, feeds, ended: () => undefined, farewell },
      { ...settings, maxFrameBytes },
    )
    this.httpFeeds = addHttpFeeds(server, { live, clock, log, feeds, shares, farewell }, settings)
    const unreadyBecause = (): string | undefined => this.unreadyBecause()
    const handlers = relayHandlers({ chain, claimed: () => this.l2.claimed, registry, unreadyBecause })
    serveRoutes(app, info, relayRoutes, handlers, {
      live: feedRoutes.live,
      blocks: feedRoutes.blocks,
      ...httpFeedRoutes,
    })
    await app.ready()
    this.app = app
    this.url = await app.listen({ host: settings.host, port: settings.port })
    this.watch(this.l2.follow(this.deps.settlement, this.stopping.signal))
    this.watch(this.follow())
    log.info({ url: this.url, head: this.chain.head }, 'relay started')
  }

  async stop(): Promise<void> {
    this.stopping.abort(new Error('the relay stops'))
    await this.app?.close()
    await Promise.all(this.running)
    this.deps.log.info({ head: this.chain.head }, 'relay stopped')
  }

  /** Follows the source; what a removal of claims voided is dropped, and readers are told from which block on. */
  private async follow(): Promise<void> {
    const { signal } = this.stopping
    while (!signal.aborted) {
      const standing = await this.followChain(signal)
      if (standing === undefined) return
      const { head, store } = this.chain
      this.deps.log.warn({ head, standing }, 'claims were removed: blocks above the last one left standing are dropped')
      const consumed = this.chain.header.inboxCount
      await store.dropAbove(standing)
      this.chain = await RelayChain.open(store, this.deps.genesis, this.deps.clock)
      this.follower = this.followerOf(this.chain)
      const again: QueuedItem[] = []
      for (let index = this.chain.header.inboxCount; index < consumed; index += 1n) again.push(await store.item(index))
      this.l2.putBack(again)
      const goOn = { code: closeCodes.lineage, reason: `from ${standing + 1n}` }
      this.httpFeeds?.close(goOn)
      const clients = this.app?.websocketServer.clients
      if (clients !== undefined) await closeSockets(clients, goOn)
    }
  }

  /** Follows until stored blocks no longer stand, with what is accepted beside. */
  private async followChain(signal: AbortSignal): Promise<bigint | undefined> {
    const { accepted: source, clock, log } = this.deps
    const { chain, l2 } = this
    chain.tellsAccepted = source !== undefined
    const ending = new AbortController()
    const inner = AbortSignal.any([signal, ending.signal])
    const accepted = source && new AcceptedFollower(chain, { source, l2, clock, log }).run(inner)
    const reading = accepted?.then((): never => {
      throw inner.reason
    })
    // Ended below, or raced.
    reading?.catch(() => undefined)
    try {
      return await Promise.race([this.follower.run(signal), ...(reading === undefined ? [] : [reading])])
    } finally {
      ending.abort(new Error('blocks are no longer read'))
      await accepted
    }
  }

  private followerOf(chain: RelayChain): Follower {
    const { clock, log } = this.deps
    const source = this.deps.source((header, signal) => this.l2.isRescued(header, signal))
    return new Follower(chain, { source, l2: this.l2, clock, log }, { maxBytes: BigInt(this.settings.maxBytes) })
  }

  private unreadyBecause(): string | undefined {
    if (!this.l2.caughtUp) return 'the L2 is being read'
    return this.follower.away === undefined ? undefined : `the source cannot be read: ${this.follower.away}`
  }

  private watch(run: Promise<void>): void {
    const { signal } = this.stopping
    this.running.push(
      run.catch((error: unknown) => {
        // Parts that are told to end may end by the signal's reason.
        if (signal.aborted) return
        this.deps.log.fatal({ err: error }, 'relay stops')
        this.failure.reject(error)
      }),
    )
  }
}
