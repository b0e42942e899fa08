import { type BatcherDeps, type BatchLayers, weiOf } from '@parley/batcher'
import { type DaAmount, DaLayer, type DataAvailability } from '@parley/protocol'
import type { Config } from '../config/config.ts'
import type { LayerList, LayerName } from '../config/da-policy.ts'
import { CliError } from '../faults.ts'
import type { Closing } from './closing.ts'
import type { DataDir } from './data-dir.ts'
import { openOtherLayers, openPublishers, type PublisherDeps } from './layers.ts'

/** Seconds that whoever begins to verify late is left with. */
const margin = 86_400

/**
 * Opens what a batcher publishes on, and what it may have published on before.
 * @throws {CliError} `CONFIG_VALUE_INVALID` when a layer keeps data for less long than claims may be contested.
 */
export async function batchLayers(
  deps: PublisherDeps,
  { longestFinality }: { readonly longestFinality: number },
  dataDir: DataDir,
  closing: Closing,
): Promise<Pick<BatcherDeps, 'layers' | 'otherLayers' | 'toWei'>> {
  const { config } = deps
  const opened = await openPublishers(deps, dataDir, closing)
  for (const [name, layer] of opened) checkRetention(config, name, layer, longestFinality + margin)
  const listOf = (names: LayerList): BatchLayers['core'] => {
    const [first, ...rest] = names.map((name) => opened.get(name) as DataAvailability)
    return [first as DataAvailability, ...rest]
  }
  const layers = { core: listOf(config.da.layer.core), witness: listOf(config.da.layer.witness) }
  const toWei = config.da.choose === 'cost' ? (amount: DaAmount) => weiOf(amount, config.rates) : undefined
  return { layers, otherLayers: await openOtherLayers(deps, dataDir, closing), toWei }
}

function checkRetention(config: Config, name: LayerName, layer: DataAvailability, needed: number): void {
  const { retentionSeconds } = layer.limits()
  if (retentionSeconds >= needed || hasArchive(config, layer)) return
  throw new CliError({
    code: 'CONFIG_VALUE_INVALID',
    key: 'da.layer',
    source: 'configuration',
    reason: `${name} keeps data for ${retentionSeconds} seconds, claims may need it for ${needed}: name an archive`,
  })
}

function hasArchive({ l1, da }: Config, { layer }: DataAvailability): boolean {
  if (layer === DaLayer.ethereumBlobs) return (l1.archiveUrl ?? []).length > 0
  return layer === DaLayer.celestia && da.celestiaMoreUrls.length > 0
}
