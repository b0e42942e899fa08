import { createBatcher } from '@parley/batcher'
import { createSequencerBlockSource } from '@parley/client'
import { chooseVerifier } from '@parley/execution'
import type { Settlement } from '@parley/protocol'
import { Gauge, Registry } from 'prom-client'
import { needed } from '../config/config.ts'
import type { Context } from '../process/context.ts'
import { collectLessOften } from '../process/heap.ts'
import type { Service } from '../process/service.ts'
import { startStatusServer } from '../process/status-server.ts'
import { Closing } from './closing.ts'
import { openClaimer } from './l2.ts'
import { openPublisher } from './layers.ts'
import { keepPrices } from './price-keeper.ts'
import { openTexts } from './stores.ts'

/** Notes the last block whose batch is published whole, which is when its claim is asked for. */
function watched(settlement: Settlement, onPublished: (block: bigint) => void): Settlement {
  return {
    ...settlement,
    claim(request, signal) {
      onPublished(request.lastHeader.number)
      return settlement.claim(request, signal)
    },
  }
}

/** Starts the batcher: blocks from the sequencer's feed, batches to the DA layer, claims to the L2. */
export function startBatcher(context: Context): Promise<Service> {
  collectLessOften()
  return Closing.guard(async (closing) => {
    const { config, clock, log, signal } = context
    const dataDir = needed(config, 'run.dataDir')
    const registry = new Registry()
    const settlement = await openClaimer(context, registry, dataDir, closing)
    const [deployment, sequencer] = await Promise.all([settlement.config(signal), settlement.sequencer(signal)])
    const verifier = chooseVerifier(config.run.verifier)
    const blocks = createSequencerBlockSource(
      { url: needed(config, 'sequencer.url'), clock, verifier },
      // The batcher hashes the runs itself.
      { deployment, sequencer, checkRuns: false },
    )
    const layer = await openPublisher({ config, clock, log, registry }, dataDir, closing)
    let published = 0n
    const publishedBlock = new Gauge({
      name: 'parley_batcher_published_block',
      help: 'Number of the last block whose batch is published whole',
      registers: [registry],
    })
    const batcher = createBatcher(
      {
        blocks,
        layers: { core: layer, witness: layer },
        settlement: watched(settlement, (block) => {
          published = block > published ? block : published
          publishedBlock.set(Number(published))
        }),
        store: await openTexts(dataDir, 'plans', closing),
        clock,
        log,
        metrics: registry,
        verifier,
      },
      config.batcher,
    )
    const status = () => ({ ...batcher.status(), published })
    const server = await startStatusServer({ metrics: registry, status }, config.run)
    closing.add(() => server.close())
    const stopping = new AbortController()
    const running = batcher.run(stopping.signal)
    const { pushPrices, pricesEveryMs } = config.batcher
    const keeping = pushPrices
      ? keepPrices({ settlement, clock, log, registry }, pricesEveryMs, stopping.signal)
      : undefined
    closing.add(async () => {
      stopping.abort()
      // What it failed with is told by `failed`.
      await running.catch(() => undefined)
      await keeping
    })
    const failed = running.then(() => new Promise<never>(() => undefined))
    return { ready: { url: server.url }, failed, stop: () => closing.close() }
  })
}
