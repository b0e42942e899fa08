import { devRoutes, feedRoutes, httpFeedRoutes, type Routes, sequencerRoutes } from '@parley/api'
import { type Exchange, type Handlers, healthHandlers, serveRoutes } from '@parley/api/server'
import { LiveFeeds, RecentEntries, type SocketRoute } from '@parley/feeds'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { followChain } from '../feeds/live-feed.ts'
import { submitHandlers } from '../ingress/submit-handlers.ts'
import type { Settings } from '../options.ts'
import type { Pipeline, SequencerDeps } from '../pipeline/pipeline.ts'
import { devHandlers } from './dev-handlers.ts'
import { ReadGate } from './read-gate.ts'
import { readHandlers } from './read-handlers.ts'
import { removalHandlers } from './removal-handlers.ts'
import { type FeedDeps, socketRoutes } from './sockets.ts'
import { statusHandlers } from './status-handlers.ts'

const info = {
  title: 'Parley sequencer',
  summary: 'Takes messages and operations, and serves the blocks they are sealed into',
}

/** What a server serves: routes that answer, feeds, and routes that become WebSockets. */
export interface Served {
  readonly addTo: (app: FastifyInstance) => void
  readonly live: LiveFeeds
  readonly sockets: readonly SocketRoute[]
  /** To be called once there is a pipeline, before any other request than for health is let through. */
  readonly begin: () => void
}

export interface RoutesDeps extends Pick<SequencerDeps, 'execution' | 'clock' | 'registry' | 'signer'> {
  readonly pipeline: () => Pipeline
  /** What keeps it from taking anything; undefined when nothing does. */
  readonly unreadyBecause: () => string | undefined
  /** Why it cannot go on; undefined when it can. */
  readonly unhealthyBecause: () => string | undefined
  /** Ends what requests wait for. */
  readonly signal: AbortSignal
}

/** All routes of a sequencer; those for development only under a virtual clock. Before there is a pipeline only health is answered. */
export function routesOf(
  deps: RoutesDeps,
  settings: Settings,
  exchangeOf: (request: FastifyRequest) => Exchange,
): Served {
  const { maxMessages } = settings.http
  let made: Built | undefined
  const built = (): Built => {
    if (made === undefined) throw new TypeError('a request was let through before the sequencer had begun')
    return made
  }
  const begin = (): void => {
    made = handlersOf(deps, settings, exchangeOf)
  }
  const routes = sequencerRoutes(maxMessages)
  const handlers: Handlers<typeof routes> = { ...later(routes, () => built().handlers), ...healthHandlers(deps) }
  const addTo = (app: FastifyInstance): void => {
    const besides = { ...feedRoutes, ...httpFeedRoutes }
    const forDevelopment = later(devRoutes, () => built().forDevelopment)
    if (settings.virtual === undefined) serveRoutes(app, info, routes, handlers, besides)
    else serveRoutes(app, info, { ...routes, ...devRoutes }, { ...handlers, ...forDevelopment }, besides)
  }
  const epoch = () => built().feed.chain.lineage
  const live = new LiveFeeds({ live: () => built().feed.live, epoch }, settings.http)
  const sockets = socketRoutes(live, exchangeOf, () => built().feed, settings.http)
  return { addTo, live, sockets, begin }
}

type SequencerRoutes = ReturnType<typeof sequencerRoutes>

interface Built {
  readonly handlers: Omit<Handlers<SequencerRoutes>, 'healthz' | 'readyz' | 'metrics'>
  readonly forDevelopment: Handlers<typeof devRoutes>
  readonly feed: FeedDeps
}

function handlersOf(
  { pipeline, unreadyBecause, signal, execution, clock, signer }: RoutesDeps,
  settings: Settings,
  exchangeOf: (request: FastifyRequest) => Exchange,
): Built {
  const { chain, finality, intake, inbox, inboxStore, voids, lag, producer, time, backpressure } = pipeline()
  const gate = new ReadGate(settings.load)
  const { maxMessages } = settings.http
  const mode = settings.virtual === undefined ? 'live' : 'virtual'
  const sequencer = signer.address
  const unanswered = (): number => intake.unanswered
  const looking = { execution, chain, finality, inbox, voids, lag, backpressure, time, sequencer, mode } as const
  const entries = new RecentEntries(chain.blocks, inboxStore)
  return {
    handlers: {
      ...submitHandlers({ intake, exchangeOf, maxMessages }),
      ...readHandlers({ execution, chain, finality, gate }),
      ...removalHandlers({ voids }),
      ...statusHandlers({ ...looking, unanswered, unreadyBecause }),
    },
    forDevelopment: devHandlers({ chain, sealNow: () => producer.sealNow(signal) }),
    feed: { live: followChain({ chain, producer, entries, clock }), chain, intake, voids },
  }
}

/** Handlers that are made by the time they are called. */
function later<T extends Routes, K extends keyof T>(routes: T, made: () => Pick<Handlers<T>, K>): Handlers<T> {
  type Called = (call: unknown) => Promise<unknown>
  const each =
    (name: string): Called =>
    (call) =>
      ((made() as Record<string, unknown>)[name] as Called)(call)
  return Object.fromEntries(Object.keys(routes).map((name) => [name, each(name)])) as unknown as Handlers<T>
}
