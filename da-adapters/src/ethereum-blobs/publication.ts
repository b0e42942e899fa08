import type { SignedVariant } from './blob-transaction.ts'
import type { Fees } from './fees.ts'
import type { Hex } from './l1.ts'

/** Where a publication stands on the L1, once it has the confirmations asked for. */
export interface Inclusion {
  readonly transactionHash: Hex
  readonly blockNumber: bigint
  readonly blockHash: Hex
  /** Seconds since 1970. */
  readonly timestamp: bigint
  readonly costWei: bigint
}

/** One publication: everything but its bytes. */
export interface Publication {
  /** SHA-256 of the bytes, in hex. */
  readonly key: string
  readonly versionedHashes: readonly Hex[]
  readonly nonce: bigint
  /** Every transaction ever signed for it with this nonce, the latest last; at least one. */
  readonly variants: readonly SignedVariant[]
  readonly inclusion: Inclusion | undefined
}

/** Version of the text below; another one is refused, never guessed at. */
const version = 1

export function encodePublication(publication: Publication): string {
  const { key: _, ...fields } = publication
  return JSON.stringify({ version, ...fields }, (_name, value) => (typeof value === 'bigint' ? `${value}` : value))
}

/** @throws {TypeError} When it is not what `encodePublication` wrote. */
export function decodePublication(key: string, text: string): Publication {
  const value = JSON.parse(text) as Record<string, unknown>
  if (value.version !== version) throw new TypeError(`publication ${key} has version ${String(value.version)}`)
  return {
    key,
    versionedHashes: list(value.versionedHashes).map(hex),
    nonce: integer(value.nonce),
    variants: list(value.variants).map(toVariant),
    inclusion: value.inclusion === undefined ? undefined : toInclusion(value.inclusion),
  }
}

function toVariant(value: unknown): SignedVariant {
  const { hash, signed, fees } = value as Record<string, unknown>
  return { hash: hex(hash), signed: hex(signed), fees: toFees(fees) }
}

function toFees(value: unknown): Fees {
  const { maxFeePerGas, maxPriorityFeePerGas, maxFeePerBlobGas } = value as Record<string, unknown>
  return {
    maxFeePerGas: integer(maxFeePerGas),
    maxPriorityFeePerGas: integer(maxPriorityFeePerGas),
    maxFeePerBlobGas: integer(maxFeePerBlobGas),
  }
}

function toInclusion(value: unknown): Inclusion {
  const { transactionHash, blockNumber, blockHash, timestamp, costWei } = value as Record<string, unknown>
  return {
    transactionHash: hex(transactionHash),
    blockNumber: integer(blockNumber),
    blockHash: hex(blockHash),
    timestamp: integer(timestamp),
    costWei: integer(costWei),
  }
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError('not a list')
  return value
}

function hex(value: unknown): Hex {
  if (typeof value !== 'string' || !/^0x(?:[0-9a-f]{2})*$/.test(value)) throw new TypeError('not hex')
  return value as Hex
}

function integer(value: unknown): bigint {
  if (typeof value !== 'string' || !/^[0-9]{1,78}$/.test(value)) throw new TypeError('not an integer')
  return BigInt(value)
}
