import { availableParallelism } from 'node:os'
import { createExecution } from '@parley/execution'
import { endpointOf } from '@parley/http'
import {
  createHttpArchive,
  createHttpSnapshots,
  createNode,
  createNodeServer,
  type PartArchive,
  type SnapshotSource,
} from '@parley/node'
import { type Clock, distinctNames } from '@parley/runtime'
import type { Config } from '../config/config.ts'
import { serverOptions } from '../config/server-options.ts'
import { collectLessOften } from '../process/heap.ts'
import { createRegistry } from '../process/registry.ts'
import type { RoleContext } from '../process/serve-role.ts'
import type { Service } from '../process/service.ts'
import { Closing } from './closing.ts'
import { failedOf } from './failed-of.ts'
import { openClaimContester, openDataDir, openReader } from './l2.ts'
import { openLayers } from './layers.ts'
import { anyFailed, joinNetwork } from './network.ts'
import { spreadEvidence } from './spread-evidence.ts'
import { watchedSources } from './watched-sources.ts'

/** Whom the node asks for what layers do not serve. */
function archivesOf({ archive: { urls, timeoutMs } }: Config, clock: Clock): readonly PartArchive[] {
  const names = distinctNames(urls.map((url) => endpointOf(url).shown))
  return urls.map((url, i) => createHttpArchive({ url, name: names[i] as string, timeoutMs }, clock))
}

/** By whom the node joins while it is empty. */
function snapshotsOf({ archive: { timeoutMs }, node: { snapshot } }: Config): readonly SnapshotSource[] {
  const names = distinctNames(snapshot.map((url) => endpointOf(url).shown))
  return snapshot.map((url, i) => createHttpSnapshots({ url, name: names[i] as string, timeoutMs }))
}

/** Starts a verifying node, which knows nothing but the L2 and the DA layers. */
export function startNode(context: RoleContext): Promise<Service> {
  collectLessOften()
  return Closing.guard(async (closing) => {
    const { config, clock, log } = context
    const dataDir = await openDataDir(context, closing)
    const { auditEveryMs, confidence, snapshotEveryBlocks, fetchAhead, challengeAfterMs, challengeSpreadMs } =
      config.node
    const challengeBudget = BigInt(config.node.challengeBudgetGwei) * 10n ** 9n
    const watchedBytes = config.node.watchMib * 2 ** 20
    const servedBytes = config.node.servedMib * 2 ** 20
    const registry = createRegistry()
    const settlement = await openReader(context, registry, dataDir)
    const sources = await watchedSources(context, settlement)
    const contester = config.node.challenge ? await openClaimContester(context, dataDir, closing) : undefined
    const layers = await openLayers({ config, clock, log, registry }, closing)
    const node = await createNode(
      {
        settlement,
        layers,
        archives: archivesOf(config, clock),
        snapshotSources: snapshotsOf(config),
        createExecution: (chain) =>
          createExecution(
            { config: chain, log: log.child({ part: 'execution' }) },
            { lanes: config.run.lanes ?? availableParallelism(), verifier: config.run.verifier },
          ),
        store: await dataDir.tables('node chain'),
        ...(contester === undefined ? {} : { contester }),
        watch: {
          sources,
          evidencePeriod: settlement.evidencePeriod,
          ...(contester === undefined ? {} : { sender: contester }),
        },
        clock,
        log,
        metrics: registry,
      },
      {
        auditEveryMs,
        confidence,
        snapshotEveryBlocks,
        fetchAhead,
        challengeAfterMs,
        challengeSpreadMs,
        challengeBudget,
        watchedBytes,
        servedBytes,
        ...(config.node.archive ? { archiveKeptMs: Number.POSITIVE_INFINITY } : {}),
      },
    )
    await context.takePorts()
    const server = await createNodeServer({ node, registry, clock, log }, serverOptions(config))
    closing.add(() => server.close())
    const stopping = new AbortController()
    const running = node.run(stopping.signal)
    closing.add(async () => {
      stopping.abort()
      // What it failed with is told by `failed`.
      await running.catch(() => undefined)
    })
    const gossip = await joinNetwork(
      context,
      {
        settlement,
        dataDir,
        registry,
        final: async () => (await node.status()).finality.final.block ?? 0n,
        onHeader: (header) => node.watch.take(header),
      },
      closing,
    )
    const gossiping = gossip === undefined ? [] : [gossip.failed, spreadEvidence(context, gossip, node.watch)]
    const failed = failedOf(anyFailed([running, ...gossiping]), dataDir, clock, stopping.signal)
    return { ready: { url: server.url }, failed, stop: () => closing.close() }
  })
}
