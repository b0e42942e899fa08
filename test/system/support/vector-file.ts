import { readFileSync } from 'node:fs'
import type { ChainConfig, FeeParameters, Prices } from '@parley/protocol'

/** A vector file as any reader would see it. */
export const vectorFile = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../vectors/${name}`, import.meta.url), 'utf8')) as T

export const fromHex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.slice(2), 'hex'))
export const toHex = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString('hex')}`

/** SSZ bytes with their root. */
export interface Packed {
  readonly ssz: string
  readonly root: string
}

export interface VectorDeployment {
  readonly chainId: string
  readonly inbox: string
  readonly separator: string
  readonly fees: { readonly minPrice: string; readonly target: string; readonly fraction: string }
  readonly forceDelayMs: string
  readonly genesis: { readonly timestamp: string; readonly prices: VectorPrices; readonly lineage: string }
}

export interface VectorPrices {
  readonly coreByte: string
  readonly witnessByte: string
  readonly settlement: string
  readonly stateByte: string
}

export const pricesOf = ({ coreByte, witnessByte, settlement, stateByte }: VectorPrices): Prices => ({
  coreByte: BigInt(coreByte),
  witnessByte: BigInt(witnessByte),
  settlement: BigInt(settlement),
  stateByte: BigInt(stateByte),
})
export const feesOf = ({ minPrice, target, fraction }: VectorDeployment['fees']): FeeParameters => ({
  minPrice: BigInt(minPrice),
  target: BigInt(target),
  fraction: BigInt(fraction),
})
/** The config that the vectors' deployment stands for. */
export const configOf = (deployment: VectorDeployment): ChainConfig => ({
  chainId: BigInt(deployment.chainId),
  inbox: fromHex(deployment.inbox),
  fees: feesOf(deployment.fees),
  forceDelayMs: BigInt(deployment.forceDelayMs),
  genesis: {
    timestamp: BigInt(deployment.genesis.timestamp),
    prices: pricesOf(deployment.genesis.prices),
    lineage: fromHex(deployment.genesis.lineage),
  },
})
