import { memoryWindows, redisWindows, type Windows } from '@parley/gateway'
import { Redis } from 'iovalkey'
import type { Context } from '../process/context.ts'
import type { Closing } from './closing.ts'

/** What counts allowances: this process, or a Redis or Valkey that several processes share. */
export function openWindows({ config, clock, log }: Context, closing: Closing): Windows {
  const { redisUrl } = config.gateway
  if (redisUrl === undefined) return memoryWindows(clock)
  // What waits while nobody answers is refused at once: a gateway that counts later counts wrong.
  const client = new Redis(redisUrl.reveal(), {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    lazyConnect: false,
  })
  client.on('error', (error: Error) => log.warn({ err: error }, 'what counts allowances cannot be reached'))
  closing.add(async () => client.disconnect())
  return redisWindows(client)
}
