import { type SignerPlace, startSigner } from '@parley/signer'
import { hexToBytes } from 'viem'
import { type Config, needed } from '../config/config.ts'
import { metricsPortOf } from '../config/server-options.ts'
import { createRegistry } from '../process/registry.ts'
import type { RoleContext } from '../process/serve-role.ts'
import type { Service } from '../process/service.ts'
import { Closing } from './closing.ts'
import { failedOf } from './failed-of.ts'
import { keyFrom } from './header-key.ts'
import { openDataDir, openReader } from './l2.ts'
import { signerTls } from './signer-tls.ts'

/** Starts a signer over the record of its key. */
export function startSignerRole(context: RoleContext): Promise<Service> {
  return Closing.guard(async (closing) => {
    const { config, clock, log, signal } = context
    const key = keyFrom(needed(config, 'signer.key'))
    const place = placeOf(config)
    const dataDir = await openDataDir(context, closing)
    const registry = createRegistry()
    const settlement = await openReader(context, registry, dataDir)
    const { host } = config.run
    const { lineage, perSecond, burst } = config.signer
    await context.takePorts()
    const signer = await startSigner(
      {
        config: await settlement.config(signal),
        key,
        store: await dataDir.bytes('signer record'),
        settlement,
        clock,
        log,
        registry,
      },
      {
        ...config.http,
        place,
        health: { host, port: metricsPortOf(config) ?? 0 },
        rules: { lineage: lineage === undefined ? undefined : hexToBytes(lineage), perSecond, burst },
      },
      signal,
    )
    closing.add(() => signer.stop())
    const watching = new AbortController()
    closing.add(async () => watching.abort())
    const failed = failedOf(signer.failed, dataDir, clock, watching.signal)
    return { ready: { at: signer.at, url: signer.healthUrl }, failed, stop: () => closing.close() }
  })
}

function placeOf(config: Config): SignerPlace {
  const { socket } = config.signer
  if (socket !== undefined) return { kind: 'socket', path: socket }
  return { kind: 'tls', host: config.run.host, port: config.run.port, tls: signerTls(config) }
}
