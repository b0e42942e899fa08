import { blobsFor, maxBlobsPerTransaction, usableBytesPerBlob } from '@parley/da-adapters'
import type { Config } from '../../config/settings.ts'

/** What a layer carries and charges. Sources in docs/benchmarks.md. */
export interface LayerModel {
  readonly layer: 'ethereum-blobs' | 'celestia' | 'local'
  /** Bytes of one publication at most. */
  readonly maxPartBytes: number
  /** Bytes of batches a second that all users of the layer share; undefined where nothing but disks bounds it. */
  readonly bytesPerSecond: { readonly sustained: number; readonly most: number } | undefined
  /** Dollars for one publication. */
  dollars(bytes: number): number
}

/** Ethereum after its second blob parameter fork. */
const ethereum = { targetBlobs: 14, maxBlobs: 21, slotSeconds: 12, gasPerBlob: 131_072, transactionGas: 21_000 }

/** Celestia: a square of 256 by 256 shares, its first share carrying less. */
const celestia = {
  shareBytes: 512,
  firstShareData: 478,
  shareData: 482,
  squareWidth: 256,
  blockSeconds: 6,
  gasPerByte: 8,
  gasPerBlob: 700,
  gasPerTransaction: 75_000,
  maxTransactionBytes: 8_388_608,
}
const gwei = 1e-9
const utia = 1e-6

/** Layers at the prices that are configured. */
export function layerModels({ bench }: Pick<Config, 'bench'>): readonly LayerModel[] {
  const { targetBlobs, maxBlobs, slotSeconds, gasPerBlob, transactionGas } = ethereum
  const perSlot = usableBytesPerBlob / slotSeconds
  const shares = celestia.squareWidth ** 2
  const celestiaBytes = (shares * celestia.shareData) / celestia.blockSeconds
  return [
    {
      layer: 'ethereum-blobs',
      maxPartBytes: maxBlobsPerTransaction * usableBytesPerBlob,
      bytesPerSecond: { sustained: targetBlobs * perSlot, most: maxBlobs * perSlot },
      dollars: (bytes) =>
        (blobsFor(bytes) * gasPerBlob * bench.blobGasGwei + transactionGas * bench.l1GasGwei) * gwei * bench.etherUsd,
    },
    {
      layer: 'celestia',
      maxPartBytes: celestia.maxTransactionBytes / 2,
      bytesPerSecond: { sustained: celestiaBytes, most: celestiaBytes },
      dollars: (bytes) => celestiaGas(bytes) * bench.celestiaGasUtia * utia * bench.tiaUsd,
    },
    { layer: 'local', maxPartBytes: 16 * 1_024 * 1_024, bytesPerSecond: undefined, dollars: () => 0 },
  ]
}

/** Gas of a publication: by shares, one blob, one transaction. */
export function celestiaGas(bytes: number): number {
  const shares = 1 + Math.ceil(Math.max(0, bytes - celestia.firstShareData) / celestia.shareData)
  return shares * celestia.shareBytes * celestia.gasPerByte + celestia.gasPerBlob + celestia.gasPerTransaction
}
