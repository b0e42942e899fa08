import { keptBlocks, probeBlobSources } from '@parley/da-adapters'
import { type DataAvailability, daLayerName } from '@parley/protocol'
import type { ChainReader } from '@parley/settlement'
import { Registry } from 'prom-client'
import { isGiven } from '../config/config.ts'
import type { Context } from '../process/context.ts'
import type { Closing } from '../role/closing.ts'
import { blobOptions, openLayers } from '../role/layers.ts'
import { examined, type Finding, finding } from './finding.ts'

/** Whether the L1's blobs are served, of recent blocks and of those that beacon nodes are about to prune. */
export function checkBlobs({ config, clock, log, signal }: Context): Promise<Finding[]> {
  return examined('blobs', async () => {
    if (!isGiven(config, 'l1.url')) return []
    const found: Finding[] = []
    for (const [name, ago] of [
      ['recent blobs', 0n],
      ['old blobs', keptBlocks],
    ] as const) {
      const deps = { clock, log, registry: new Registry() }
      const answers = await probeBlobSources(deps, blobOptions(config), ago, signal)
      if (answers === undefined)
        found.push(finding(name, 'BLOBS_UNCHECKED', `no L1 block about ${ago} blocks before the head has blobs`))
      for (const { source, block, refused } of answers ?? [])
        found.push(
          finding(
            name,
            refused === undefined ? 'OK' : 'BLOBS_NOT_SERVED',
            `${source}, L1 block ${block}${refused === undefined ? '' : `: ${refused}`}`,
          ),
        )
    }
    return found
  })
}

/** Fetches what the newest claim put on its layers, or has them quote a price where nothing was claimed. */
export async function checkLayers(
  context: Context,
  reader: ChainReader | undefined,
  closing: Closing,
): Promise<Finding[]> {
  return examined('layers', async () => {
    const { config, clock, log, signal } = context
    const layers = await openLayers({ config, clock, log, registry: new Registry() }, closing)
    const head = await reader?.head(signal)
    const standing = head === undefined || head.number === 0n ? undefined : await reader?.standing(head.number, signal)
    if (layers.size === 0) return finding('layers', 'LAYER_NONE', 'no layer is configured')
    if (standing === undefined)
      return (await Promise.all([...layers.values()].map((layer) => quoted(layer, signal)))).flat()
    const found: Finding[] = []
    for (const part of ['core', 'witness'] as const) {
      const { layer: number, pointer } = standing.claim[part]
      // A rescue's data is on the L2 itself.
      if (pointer.length === 0) continue
      const name = daLayerName(number)
      const check = `layer ${name}`
      const layer = layers.get(number)
      if (layer === undefined) {
        found.push(finding(check, 'LAYER_UNREAD', `the ${part} of claim ${standing.claim.number} lies there`))
        continue
      }
      found.push(
        ...(await examined(check, async () => {
          await layer.audit(pointer, signal)
          return finding(check, 'OK', `it has the ${part} of claim ${standing.claim.number}`)
        })),
      )
    }
    return found
  })
}

/** Bytes that a price is asked for. */
const quotedBytes = 100_000

const quoted = (layer: DataAvailability, signal: AbortSignal): Promise<Finding[]> =>
  examined(`layer ${layer.name}`, async () => {
    const { cost } = await layer.quote(quotedBytes, signal)
    return finding(
      `layer ${layer.name}`,
      'OK',
      `${quotedBytes} bytes cost ${cost.amount} of ${cost.token}; nothing is claimed yet`,
    )
  })
