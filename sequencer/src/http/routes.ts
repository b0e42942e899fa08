import type { Settings } from '../options.ts'
import type { Pipeline, SequencerDeps } from '../pipeline/pipeline.ts'
import { devRoutes } from './dev-routes.ts'
import { feedRoutes, type SocketRoute } from './feed-routes.ts'
import { Quota } from './quota.ts'
import { ReadGate } from './read-gate.ts'
import { readRoutes } from './read-routes.ts'
import type { Route } from './route.ts'
import { statusRoutes } from './status-routes.ts'
import { submitRoutes } from './submit-routes.ts'

/** All routes of a sequencer; those for development only under a virtual clock. */
export function routesOf(
  deps: Pick<SequencerDeps, 'execution' | 'clock' | 'registry' | 'signer'>,
  settings: Settings,
  pipeline: Pipeline,
  signal: AbortSignal,
): { readonly routes: Route[]; readonly sockets: SocketRoute[] } {
  const { execution, clock, registry, signer } = deps
  const { chain, finality, intake, inbox, inboxStore, producer, metrics, unreadyBecause } = pipeline
  const quota = new Quota(clock, settings.quota)
  const gate = new ReadGate(settings.load)
  const mode = settings.virtual === undefined ? 'live' : 'virtual'
  const unanswered = (): number => intake.unanswered
  const routes = [
    ...submitRoutes({ intake, quota, maxMessages: settings.http.maxMessages }),
    ...readRoutes({ execution, chain, finality, gate }),
    ...statusRoutes({
      execution,
      chain,
      finality,
      inbox,
      clock,
      registry,
      sequencer: signer.address,
      mode,
      unanswered,
      unreadyBecause,
    }),
    ...(mode === 'live' ? [] : devRoutes({ chain, sealNow: () => producer.sealNow(signal) })),
  ]
  const feedDeps = { execution, chain, inbox: inboxStore, intake, quota, gate, clock, metrics }
  return { routes, sockets: feedRoutes(feedDeps, settings.http) }
}
