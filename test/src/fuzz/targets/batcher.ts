import { batcherRoutes } from '@parley/api'
import { startStatusServer } from '@parley/lab'
import { systemClock } from '@parley/runtime'
import pino from 'pino'
import { Registry } from 'prom-client'
import type { FuzzTarget } from '../target.ts'
import { Ingress } from './ingress.ts'
import { routesTarget } from './routes.ts'

const word = (byte: string): string => `0x${byte.repeat(32)}`
const latest = { header: { lineage: word('11'), number: 7n }, headerRoot: word('22') }

/** What the batcher's status server answers to strangers: a real one, over a batcher that stands still. */
export async function openBatcherTargets(): Promise<{ targets: FuzzTarget[]; close(): Promise<void> }> {
  const most = Number.MAX_SAFE_INTEGER
  const server = await startStatusServer(
    {
      clock: systemClock,
      log: pino({ level: 'silent' }),
      metrics: new Registry(),
      status: () => ({ published: 7n, claimed: 5n }),
      unreadyBecause: () => undefined,
      latestBlock: () => latest,
    },
    { host: '127.0.0.1', port: 0, quotaBurst: most, quotaPerSecond: most },
  )
  const ingress = new Ingress(server.url)
  const close = async (): Promise<void> => {
    ingress.close()
    await server.close()
  }
  return { targets: [routesTarget('batcher routes', ingress, batcherRoutes)], close }
}
