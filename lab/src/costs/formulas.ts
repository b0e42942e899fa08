import { maxBlobsPerTransaction, usableBytesPerBlob } from '@parley/da-adapters/options'
import { inputs, networks } from './inputs.ts'

const gwei = 1e-9
const perUtia = 1e-6
const gigabyte = 1e9
const publicationBytes = maxBlobsPerTransaction * usableBytesPerBlob

/** What publishing bytes costs, in dollars. */
export type CostOf = (bytes: number) => number

/** What moves, each as its name says. */
export interface Prices {
  readonly etherUsd: number
  readonly tiaUsd: number
  /** What a transaction pays for a gas of the L1, tip included, and for a gas of blobs. */
  readonly l1GasGwei: number
  readonly blobGasGwei: number
  readonly l2GasGwei: number
  readonly celestiaGasUtia: number
}

/** Those of the page of costs, which are the fallbacks of `bench da`, too. */
export const examplePrices: Prices = {
  etherUsd: inputs.etherUsd,
  tiaUsd: inputs.tiaUsd,
  l1GasGwei: inputs.baseFeeGwei + inputs.tipGwei,
  blobGasGwei: Math.max(inputs.blobFeeGwei, inputs.baseFeeGwei / networks.blobFloorDivisor),
  l2GasGwei: inputs.l2GasGwei,
  celestiaGasUtia: inputs.celestiaGasUtia,
}

/** Gas of a publication on Celestia: by shares, one blob, one transaction. */
export function celestiaGas(bytes: number): number {
  const { firstShareData, shareData, shareBytes, gasPerByte, gasPerBlob, gasPerTransaction } = networks.celestiaGas
  const shares = 1 + Math.ceil(Math.max(0, bytes - firstShareData) / shareData)
  return shares * shareBytes * gasPerByte + gasPerBlob + gasPerTransaction
}

/** The formulas of the page at some prices. */
export function costsAt({ etherUsd, tiaUsd, l1GasGwei, blobGasGwei, l2GasGwei, celestiaGasUtia }: Prices) {
  const l2Usd = (gas: number): number => gas * l2GasGwei * gwei * etherUsd
  const blobs: CostOf = (bytes) => {
    const execution = Math.ceil(bytes / publicationBytes) * networks.transactionGas * l1GasGwei
    const data = Math.ceil(bytes / usableBytesPerBlob) * networks.gasPerBlob * blobGasGwei
    return (execution + data) * gwei * etherUsd
  }
  const celestia: CostOf = (bytes) => celestiaGas(bytes) * celestiaGasUtia * perUtia * tiaUsd
  const eigen: CostOf = (bytes) => {
    const { eigenLeastSymbols, eigenSymbolBytes } = networks
    const symbols = Math.max(eigenLeastSymbols, 2 ** Math.ceil(Math.log2(bytes / eigenSymbolBytes)))
    return symbols * inputs.eigenSymbolWei * 1e-18 * etherUsd
  }
  return {
    blobs,
    celestia,
    eigen,
    /** What a certificate adds to a claim. */
    certificate: l2Usd(networks.certificateGas),
    /** A claim's execution on the L2, without what the L2 takes for the L1. */
    claim: l2Usd(networks.claimGas),
  }
}

/** Storage at every member and as many reads of each; without what the claim pays for the certificate. */
export const committeeUsd: CostOf = (bytes) => {
  const { members, storageUsd, egressUsd, days, reads } = inputs
  return (members * bytes * (storageUsd * (days / 30) + reads * egressUsd)) / gigabyte
}
