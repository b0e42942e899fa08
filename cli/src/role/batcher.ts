import { join } from 'node:path'
import { createBatcher, unreadyBecause } from '@parley/batcher'
import { createSequencerBlockSource } from '@parley/client/blocks'
import { chooseVerifier } from '@parley/execution'
import { type BlockHeader, BlockHeaderType } from '@parley/protocol'
import { bytesToHex } from 'viem'
import { needed } from '../config/config.ts'
import { serverOptions } from '../config/server-options.ts'
import { createCostFiles } from '../costs/cost-files.ts'
import { costDirectory } from '../costs/run-costs.ts'
import { collectLessOften } from '../process/heap.ts'
import { createRegistry } from '../process/registry.ts'
import type { RoleContext } from '../process/serve-role.ts'
import type { Service } from '../process/service.ts'
import { startStatusServer } from '../process/status-server.ts'
import { batchLayers } from './batch-layers.ts'
import { Closing } from './closing.ts'
import { failedOf } from './failed-of.ts'
import { openClaimer, openDataDir } from './l2.ts'
import { policyKeys } from './policy-keys.ts'
import { keepPrices } from './price-keeper.ts'
import { openPriceSources } from './price-sources.ts'

/** As a node's `/v1/blocks/latest` tells it, as far as a starting sequencer asks. */
function latestOf(header: BlockHeader | undefined): object | undefined {
  if (header === undefined) return undefined
  const { lineage, number } = header
  return {
    header: { lineage: bytesToHex(lineage), number },
    headerRoot: bytesToHex(BlockHeaderType.hashTreeRoot(header)),
  }
}

/** Starts the batcher: blocks from the sequencer's feed, batches to the DA layer, claims to the L2. */
export function startBatcher(context: RoleContext): Promise<Service> {
  collectLessOften()
  return Closing.guard(async (closing) => {
    const { config, clock, log, signal } = context
    // Before anybody is asked.
    for (const key of ['l2.key', 'sequencer.url'] as const) needed(config, key)
    for (const key of policyKeys(context)) needed(config, key)
    const dataDir = await openDataDir(context, closing)
    const registry = createRegistry()
    const settlement = await openClaimer(context, registry, dataDir, closing)
    const deployment = await settlement.config(signal)
    const keys = async (inner: AbortSignal) => (await settlement.schedule(inner)).keys
    const verifier = chooseVerifier(config.run.verifier)
    let away: string | undefined
    const onAway = (reason: string | undefined): void => {
      if (reason !== undefined && away === undefined)
        log.warn({ reason }, 'the sequencer does not answer; it is waited for')
      away = reason
    }
    const blocks = createSequencerBlockSource(
      { url: needed(config, 'sequencer.url'), clock, verifier },
      // The batcher hashes the runs itself.
      { deployment, keys, checkRuns: false, onAway },
    )
    const layerDeps = { config, clock, log, registry, chainId: deployment.chainId }
    const layers = await batchLayers(layerDeps, settlement, dataDir, closing)
    const batcher = createBatcher(
      {
        blocks,
        ...layers,
        settlement,
        defence: settlement,
        store: await dataDir.texts('batcher plans'),
        costs: createCostFiles(join(dataDir.path, costDirectory)),
        clock,
        log,
        metrics: registry,
        verifier,
      },
      {
        ...config.batcher,
        // Beyond twice that the sequencer takes nothing but forced items.
        maxAgeMs: Math.min(config.batcher.maxAgeMs, Math.floor((settlement.silenceLimit * 1_000) / 8)),
        policy: config.da,
      },
    )
    const priceDeps = { settlement, layers: () => batcher.layers(), dataDir }
    const sources = await openPriceSources(context, priceDeps, closing)
    await context.takePorts()
    const server = await startStatusServer(
      {
        clock,
        log,
        metrics: registry,
        status: () => batcher.status(),
        unreadyBecause: () =>
          unreadyBecause(batcher.status()) ??
          (away === undefined ? undefined : `the sequencer does not answer: ${away}`),
        latestBlock: () => latestOf(batcher.lastHeader()),
      },
      serverOptions(config),
    )
    closing.add(() => server.close())
    const stopping = new AbortController()
    const running = batcher.run(stopping.signal)
    const keeping = keepPrices({ sources, clock, log, registry }, config.batcher.pricesEveryMs, stopping.signal)
    closing.add(async () => {
      stopping.abort()
      // What it failed with is told by `failed`.
      await running.catch(() => undefined)
      await keeping
    })
    const failed = failedOf(running, dataDir, clock, stopping.signal)
    return { ready: { url: server.url }, failed, stop: () => closing.close() }
  })
}
