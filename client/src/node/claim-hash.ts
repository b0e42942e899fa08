import { rollupAbi } from '@parley/contracts'
import type { BatchClaim, Bytes32 } from '@parley/protocol/light'
import { bytesToHex, encodeAbiParameters, getAbiItem, keccak256 } from 'viem'

const [, , claimParameter] = getAbiItem({ abi: rollupAbi, name: 'Claimed' }).inputs

/** The same with bytes as viem writes them. */
type AbiOf<T> = T extends Uint8Array ? `0x${string}` : T extends object ? { readonly [K in keyof T]: AbiOf<T[K]> } : T

function abiOf<T>(value: T): AbiOf<T> {
  if (value instanceof Uint8Array) return bytesToHex(value) as AbiOf<T>
  if (typeof value !== 'object' || value === null) return value as AbiOf<T>
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, abiOf(inner)])) as AbiOf<T>
}

/** What the rollup keeps of a claim: keccak256 of its ABI encoding. @see docs/spec/settlement.md#claims */
export function claimHashOf(claim: BatchClaim): Bytes32 {
  return keccak256(encodeAbiParameters([claimParameter], [abiOf(claim)]), 'bytes')
}
