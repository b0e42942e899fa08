import { devRoutes, feedRoutes, sequencerRoutes } from '@parley/api'
import { type Exchange, serveRoutes } from '@parley/api/server'
import { RecentEntries, type SocketRoute } from '@parley/feeds'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { followChain } from '../feeds/live-feed.ts'
import { submitHandlers } from '../ingress/submit-handlers.ts'
import type { Settings } from '../options.ts'
import type { Pipeline, SequencerDeps } from '../pipeline/pipeline.ts'
import { devHandlers } from './dev-handlers.ts'
import { ReadGate } from './read-gate.ts'
import { readHandlers } from './read-handlers.ts'
import { removalHandlers } from './removal-handlers.ts'
import { socketRoutes } from './sockets.ts'
import { statusHandlers } from './status-handlers.ts'

const info = {
  title: 'Parley sequencer',
  summary: 'Takes messages and operations, and serves the blocks they are sealed into',
}

/** What a server serves: routes that answer, and those that become WebSockets. */
export interface Served {
  readonly addTo: (app: FastifyInstance) => void
  readonly sockets: readonly SocketRoute[]
}

/** All routes of a sequencer; those for development only under a virtual clock. */
export function routesOf(
  deps: Pick<SequencerDeps, 'execution' | 'clock' | 'registry' | 'signer'>,
  settings: Settings,
  pipeline: Pipeline,
  signal: AbortSignal,
  exchangeOf: (request: FastifyRequest) => Exchange,
): Served {
  const { execution, clock, registry, signer } = deps
  const { chain, finality, intake, inbox, inboxStore, voids, lag, producer, time, unreadyBecause, backpressure } =
    pipeline
  const gate = new ReadGate(settings.load)
  const { maxMessages } = settings.http
  const mode = settings.virtual === undefined ? 'live' : 'virtual'
  const sequencer = signer.address
  const unanswered = (): number => intake.unanswered
  const looking = {
    execution,
    chain,
    finality,
    inbox,
    voids,
    lag,
    backpressure,
    time,
    registry,
    sequencer,
    mode,
  } as const
  const routes = sequencerRoutes(maxMessages)
  const handlers = {
    ...submitHandlers({ intake, exchangeOf, maxMessages }),
    ...readHandlers({ execution, chain, finality, gate }),
    ...removalHandlers({ voids }),
    ...statusHandlers({ ...looking, unanswered, unreadyBecause }),
  }
  const forDevelopment = devHandlers({ chain, sealNow: () => producer.sealNow(signal) })
  const addTo = (app: FastifyInstance): void => {
    if (mode === 'live') serveRoutes(app, info, routes, handlers, feedRoutes)
    else serveRoutes(app, info, { ...routes, ...devRoutes }, { ...handlers, ...forDevelopment }, feedRoutes)
  }
  const entries = new RecentEntries(chain.blocks, inboxStore)
  const live = followChain(chain, entries, clock)
  const feedDeps = { live, chain, intake, exchangeOf, voids }
  return { addTo, sockets: socketRoutes(feedDeps, settings.http) }
}
