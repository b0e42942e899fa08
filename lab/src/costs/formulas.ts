import { maxBlobsPerTransaction, usableBytesPerBlob } from '@parley/da-adapters'
import { celestiaGas } from '../bench/da/layers.ts'
import { inputs, networks } from './inputs.ts'

const gwei = 1e-9
const perUtia = 1e-6
const gigabyte = 1e9
const publicationBytes = maxBlobsPerTransaction * usableBytesPerBlob

/** What publishing bytes costs, in dollars. */
export type CostOf = (bytes: number) => number

export const blobsUsd: CostOf = (bytes) => {
  const { transactionGas, gasPerBlob, blobFloorDivisor } = networks
  const blobFee = Math.max(inputs.blobFeeGwei, inputs.baseFeeGwei / blobFloorDivisor)
  const execution = Math.ceil(bytes / publicationBytes) * transactionGas * (inputs.baseFeeGwei + inputs.tipGwei)
  const blobs = Math.ceil(bytes / usableBytesPerBlob) * gasPerBlob * blobFee
  return (execution + blobs) * gwei * inputs.etherUsd
}

export const celestiaUsd: CostOf = (bytes) => celestiaGas(bytes) * inputs.celestiaGasUtia * perUtia * inputs.tiaUsd

export const eigenUsd: CostOf = (bytes) => {
  const { eigenLeastSymbols, eigenSymbolBytes } = networks
  const symbols = Math.max(eigenLeastSymbols, 2 ** Math.ceil(Math.log2(bytes / eigenSymbolBytes)))
  return symbols * inputs.eigenSymbolWei * 1e-18 * inputs.etherUsd
}

/** Storage at every member and as many reads of each; without what the claim pays for the certificate. */
export const committeeUsd: CostOf = (bytes) => {
  const { members, storageUsd, egressUsd, days, reads } = inputs
  return (members * bytes * (storageUsd * (days / 30) + reads * egressUsd)) / gigabyte
}

const l2Usd = (gas: number): number => gas * inputs.l2GasGwei * gwei * inputs.etherUsd

/** A claim's execution on the L2, without what the L2 takes for the L1. */
export const claimUsd = (): number => l2Usd(networks.claimGas)
/** What a certificate adds to a claim. */
export const certificateUsd = (): number => l2Usd(networks.certificateGas)
