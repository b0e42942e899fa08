import {
  committeeMaxBytes,
  defaultAltDaMaxBytes,
  maxBlobsPerTransaction,
  usableBytesPerBlob,
} from '@parley/da-adapters'
import type { Config } from '../../config/settings.ts'
import { committeeUsd, costsAt } from '../../costs/formulas.ts'
import { networks } from '../../costs/inputs.ts'

/** What a layer carries and charges: sources in docs/benchmarks.md, formulas in docs/costs.md. */
export interface LayerModel {
  readonly layer: 'ethereum-blobs' | 'celestia' | 'committee' | 'alt-da' | 'local'
  /** Bytes of one publication at most. */
  readonly maxPartBytes: number
  /** Bytes of batches a second that all users of the layer share; undefined where nothing but disks bounds it. */
  readonly bytesPerSecond: { readonly sustained: number; readonly most: number } | undefined
  /** Dollars for one publication. */
  dollars(bytes: number): number
}

/** Bytes of a transaction on Celestia at most. */
const celestiaTransactionBytes = 8_388_608

/** Layers at the prices that are configured. */
export function layerModels({ bench }: Pick<Config, 'bench'>): readonly LayerModel[] {
  const { targetBlobs, maxBlobs, slotSeconds, celestiaShares, celestiaShareBytes, celestiaSeconds } = networks
  const { blobs, celestia, eigen, certificate } = costsAt(bench)
  const perSlot = usableBytesPerBlob / slotSeconds
  const celestiaBytes = (celestiaShares * celestiaShareBytes) / celestiaSeconds.v8
  return [
    {
      layer: 'ethereum-blobs',
      maxPartBytes: maxBlobsPerTransaction * usableBytesPerBlob,
      bytesPerSecond: { sustained: targetBlobs * perSlot, most: maxBlobs * perSlot },
      dollars: blobs,
    },
    {
      layer: 'celestia',
      maxPartBytes: celestiaTransactionBytes / 2,
      bytesPerSecond: { sustained: celestiaBytes, most: celestiaBytes },
      dollars: celestia,
    },
    {
      layer: 'committee',
      maxPartBytes: committeeMaxBytes,
      // The slowest member's disk and the batcher's uplink.
      bytesPerSecond: undefined,
      // Both parts of a batch share a certificate.
      dollars: (bytes) => committeeUsd(bytes) + certificate / 2,
    },
    // Behind a proxy EigenDA, whose price is public; what it carries is what was reserved there.
    { layer: 'alt-da', maxPartBytes: defaultAltDaMaxBytes, bytesPerSecond: undefined, dollars: eigen },
    { layer: 'local', maxPartBytes: 16 * 1_024 * 1_024, bytesPerSecond: undefined, dollars: () => 0 },
  ]
}
