import { type BatcherDeps, type BatchLayers, weiOf } from '@parley/batcher'
import { type DaAmount, DaLayer, type DataAvailability } from '@parley/protocol'
import type { Config } from '../config/config.ts'
import type { LayerList, LayerName } from '../config/da-policy.ts'
import { CliError } from '../faults.ts'
import type { Closing } from './closing.ts'
import type { DataDir } from './data-dir.ts'
import { noCommittee } from './l2.ts'
import { openOtherLayers, openPublishers, type PublisherDeps } from './layers.ts'

/** Seconds that whoever begins to verify late is left with. */
const margin = 86_400

/** What a policy must agree with. */
export interface DeployedTerms {
  /** Seconds that a claim may take to become final. */
  readonly longestFinality: number
  /** Whether prices of data follow quotes of the layers; else they follow what the L2 knows of the L1's blobs. */
  readonly dataQuoted: boolean
}

/**
 * Opens what a batcher publishes on, and what it may have published on before.
 * @throws {CliError} `CONFIG_VALUE_INVALID` when a layer keeps data for less long than claims may be contested.
 * @throws {SettlementError} `DEPLOYMENT_UNKNOWN` when the policy has a committee and the rollup none.
 */
export async function batchLayers(
  deps: PublisherDeps,
  terms: DeployedTerms,
  dataDir: DataDir,
  closing: Closing,
): Promise<Pick<BatcherDeps, 'layers' | 'otherLayers' | 'shadow' | 'toWei'>> {
  const { config } = deps
  const opened = agreed(deps, terms, await openPublishers(deps, dataDir, closing))
  const listOf = (names: LayerList): BatchLayers['core'] => {
    const [first, ...rest] = names.map((name) => opened.get(name) as DataAvailability)
    return [first as DataAvailability, ...rest]
  }
  const layers = { core: listOf(config.da.layer.core), witness: listOf(config.da.layer.witness) }
  const toWei = config.da.choose === 'cost' ? (amount: DaAmount) => weiOf(amount, config.rates) : undefined
  const otherLayers = await openOtherLayers(deps, dataDir, closing)
  return { layers, otherLayers, shadow: shadowAmong(config, otherLayers), toWei }
}

/** What was opened beside for publishing, by the name that the policy has for it. @throws {SettlementError} `DEPLOYMENT_UNKNOWN`. */
function shadowAmong(config: Config, others: ReadonlyMap<number, DataAvailability>): DataAvailability | undefined {
  const { shadow } = config.da
  if (shadow === undefined) return undefined
  const layer = [...others.values()].find(({ name }) => name === shadow)
  if (layer === undefined) throw noCommittee(config)
  return layer
}

/** The layers of the policy, once what they are and what the chain asks for are found to agree. */
export function agreed(
  { config, log }: Pick<PublisherDeps, 'config' | 'log'>,
  { longestFinality, dataQuoted }: DeployedTerms,
  opened: ReadonlyMap<LayerName, DataAvailability | undefined>,
): ReadonlyMap<LayerName, DataAvailability> {
  const layers = new Map<LayerName, DataAvailability>()
  for (const [name, layer] of opened) {
    if (layer === undefined) throw noCommittee(config)
    checkRetention(config, name, layer, longestFinality + margin)
    layers.set(name, layer)
  }
  const others = config.da.layer.layers.filter((name) => name !== 'ethereum-blobs')
  if (!dataQuoted && others.length > 0)
    log.warn(
      { layers: others },
      'prices of data follow the L1’s blobs in this deployment, whatever the layers of the policy ask for',
    )
  return layers
}

function checkRetention(config: Config, name: LayerName, layer: DataAvailability, needed: number): void {
  const { retentionSeconds } = layer.limits()
  if (retentionSeconds >= needed || hasArchive(config, layer)) return
  throw new CliError({
    code: 'CONFIG_VALUE_INVALID',
    key: 'da.layer',
    source: 'configuration',
    reason: `${name} keeps data for ${retentionSeconds} seconds, claims may need it for ${needed}: name an archive in archive.urls`,
  })
}

/** An archive of parts has those of any layer; the others have what their layer had. */
function hasArchive({ archive, l1, da }: Config, { layer }: DataAvailability): boolean {
  if (archive.urls.length > 0) return true
  if (layer === DaLayer.ethereumBlobs) return (l1.archiveUrl ?? []).length > 0
  return layer === DaLayer.celestia && da.celestiaMoreUrls.length > 0
}
