import { nodeRoutes } from '@parley/api'
import { createExecution } from '@parley/execution'
import { createNode, createNodeServer } from '@parley/node'
import { systemClock } from '@parley/runtime'
import { MemoryLevel } from 'memory-level'
import pino from 'pino'
import { Registry } from 'prom-client'
import { config, owner } from '../../vectors/people.ts'
import type { FuzzTarget } from '../target.ts'
import { Ingress, pathTarget } from './ingress.ts'
import { routesTarget } from './routes.ts'
import { StillL2 } from './still-l2.ts'

const paths = [
  '/v1/status',
  '/v1/conversations/3/0',
  '/v1/conversations/3/0?block=0',
  '/v1/conversations/3/0/messages?from=0&limit=10',
  '/v1/accounts/3/0',
  '/v1/blocks/1',
  '/v1/claims/0',
  '/v1/snapshots',
  '/v1/snapshots/latest',
  `/v1/snapshots/parts/${'0'.repeat(64)}`,
  '/healthz',
]

/** What a node serves: a real one that has verified genesis, for nothing was claimed on its L2. */
export async function openNodeTargets(): Promise<{ targets: FuzzTarget[]; close(): Promise<void> }> {
  const log = pino({ level: 'silent' })
  const registry = new Registry()
  const node = await createNode({
    settlement: new StillL2(config, owner('sequencer').name, []),
    layers: new Map(),
    watch: { sources: [], evidencePeriod: 60 },
    createExecution: (read) => createExecution({ config: read, log }, { lanes: 1, verifier: 'portable' }),
    store: new MemoryLevel<string, string>(),
    clock: systemClock,
    log,
    metrics: registry,
  })
  const ending = new AbortController()
  const run = node.run(ending.signal)
  // Looked at when closing; a node that ends before answers 503, which is a crash.
  run.catch(() => undefined)
  const server = await createNodeServer(
    { node, registry, clock: systemClock, log },
    { quotaBurst: Number.MAX_SAFE_INTEGER, quotaPerSecond: Number.MAX_SAFE_INTEGER },
  )
  const ingress = new Ingress(server.url)
  const close = async (): Promise<void> => {
    ingress.close()
    await server.close()
    ending.abort()
    await run
  }
  return { targets: [pathTarget('node path', ingress, paths), routesTarget('node routes', ingress, nodeRoutes)], close }
}
