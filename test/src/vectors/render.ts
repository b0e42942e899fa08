import { type ChainConfig, domainSeparator, type MerkleProof, type Prices } from '@parley/protocol'
import { hex } from './seeded.ts'

/** The part of an SSZ type that vectors need. */
export interface RootedType<T> {
  serialize(value: T): Uint8Array
  hashTreeRoot(value: T): Uint8Array
  toJson(value: T): unknown
}

/** A value with its bytes and its root. */
export const rooted = <T>(type: RootedType<T>, value: T) => ({
  value: type.toJson(value),
  ssz: hex(type.serialize(value)),
  root: hex(type.hashTreeRoot(value)),
})

/** The same without the value spelled out. */
export const packed = <T>(type: RootedType<T>, value: T) => ({
  ssz: hex(type.serialize(value)),
  root: hex(type.hashTreeRoot(value)),
})

export const pricesJson = (prices: Prices) => ({
  coreByte: prices.coreByte.toString(),
  witnessByte: prices.witnessByte.toString(),
  settlement: prices.settlement.toString(),
  stateByte: prices.stateByte.toString(),
})

export const configJson = (config: ChainConfig) => ({
  chainId: config.chainId.toString(),
  inbox: hex(config.inbox),
  separator: hex(domainSeparator(config.chainId, config.inbox)),
  fees: {
    minPrice: config.fees.minPrice.toString(),
    target: config.fees.target.toString(),
    fraction: config.fees.fraction.toString(),
  },
  forceDelayMs: config.forceDelayMs.toString(),
  genesis: {
    timestamp: config.genesis.timestamp.toString(),
    prices: pricesJson(config.genesis.prices),
    lineage: hex(config.genesis.lineage),
  },
})

export const proofJson = ({ gindex, leaf, branch }: MerkleProof) => ({
  gindex: gindex.toString(),
  leaf: hex(leaf),
  branch: branch.map(hex),
})

/** A fault with integers as decimal text and bytes as hex. */
export function faultJson(fault: object): unknown {
  const plain = (value: unknown): unknown => {
    if (typeof value === 'bigint' || typeof value === 'number') return value.toString()
    if (value instanceof Uint8Array) return hex(value)
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]))
    return value
  }
  return plain(fault)
}
