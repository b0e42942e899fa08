import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { daRoutes } from '@parley/api'
import { createLocalDaServer } from '@parley/da-adapters'
import pino from 'pino'
import type { FuzzTarget } from '../target.ts'
import { Ingress } from './ingress.ts'
import { routesTarget } from './routes.ts'

const maxBytes = 1024 * 1024

/** What the local DA layer's server answers to strangers. */
export async function openDaTargets(): Promise<{ targets: FuzzTarget[]; close(): Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'parley-fuzz-'))
  const server = await createLocalDaServer(
    { dir, log: pino({ level: 'silent' }) },
    {
      host: '127.0.0.1',
      port: 0,
      maxBytes,
      quotaBurst: Number.MAX_SAFE_INTEGER,
      quotaPerSecond: Number.MAX_SAFE_INTEGER,
    },
  )
  const ingress = new Ingress(server.url)
  const close = async (): Promise<void> => {
    ingress.close()
    await server.close()
    await rm(dir, { recursive: true })
  }
  return { targets: [routesTarget('da routes', ingress, daRoutes(maxBytes))], close }
}
