import { relayRoutes } from '@parley/api'
import { createPushServer, Push, pushBounds, vapidPublicKey } from '@parley/push'
import manifest from '../../package.json' with { type: 'json' }
import { needed } from '../config/config.ts'
import { serverOptions } from '../config/server-options.ts'
import { readStatus } from '../observe/poll.ts'
import { createRegistry } from '../process/registry.ts'
import type { RoleContext } from '../process/serve-role.ts'
import type { Service } from '../process/service.ts'
import { Closing } from './closing.ts'
import { DataDir } from './data-dir.ts'
import { failedOf } from './failed-of.ts'
import { openPushServices } from './push-services.ts'

/** Starts who wakes devices. Registrations belong to no deployment: a bucket is a few numbers. */
export function startPush({ config, clock, log, signal, takePorts, waitsFor }: RoleContext): Promise<Service> {
  return Closing.guard(async (closing) => {
    const feedUrl = needed(config, 'sequencer.url')
    const services = await openPushServices(config, clock, closing)
    const options = Object.fromEntries(
      Object.keys(pushBounds).map((name) => [name, config.push[name as keyof typeof pushBounds]]),
    )
    waitsFor('the server whose feed is followed')
    await readStatus(feedUrl, relayRoutes.block, { params: { number: 'latest' } }, signal)
    const dataDir = new DataDir({ path: needed(config, 'run.dataDir') }, closing)
    const registry = createRegistry()
    const db = await dataDir.bytes('push registrations')
    const push = await Push.open({ feedUrl, services, db, clock, log, registry }, options)
    await takePorts()
    const { vapidKey } = config.push
    const server = await createPushServer(push, {
      ...serverOptions(config),
      version: manifest.version,
      vapidKey: vapidKey && vapidPublicKey(vapidKey.reveal()),
    })
    const stopping = new AbortController()
    const running = push.run(stopping.signal)
    closing.add(async () => {
      stopping.abort(new Error('push stops'))
      // What made it fail is told by `failed`.
      await running.catch(() => undefined)
    })
    closing.add(() => server.close())
    const failed = failedOf(running, dataDir, clock, stopping.signal)
    return { ready: { url: server.url, kinds: push.kinds }, failed, stop: () => closing.close() }
  })
}
