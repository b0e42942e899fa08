import { type Address, fromRlp, type Hex, keccak256, parseTransaction, recoverTransactionAddress, toRlp } from 'viem'

/** A signed transaction as a pool sees it. */
export interface PooledTransaction {
  readonly hash: Hex
  readonly from: Address
  readonly nonce: number
  readonly carriesBlobs: boolean
  readonly maxFeePerGas: bigint
  readonly maxPriorityFeePerGas: bigint
  /** 0 for one without blobs. */
  readonly maxFeePerBlobGas: bigint
  /** As it was sent, with blobs and proofs. */
  readonly raw: Hex
}

/** Reads what `eth_sendRawTransaction` was given; blobs go beside their transaction. */
export async function readTransaction(raw: Hex): Promise<PooledTransaction> {
  const carriesBlobs = raw.startsWith('0x03')
  const signed = carriesBlobs ? withoutBlobs(raw) : raw
  const serializedTransaction = signed as `0x02${string}`
  const transaction = parseTransaction(serializedTransaction)
  return {
    hash: keccak256(signed),
    from: await recoverTransactionAddress({ serializedTransaction }),
    nonce: transaction.nonce ?? 0,
    carriesBlobs,
    maxFeePerGas: transaction.maxFeePerGas ?? 0n,
    maxPriorityFeePerGas: transaction.maxPriorityFeePerGas ?? 0n,
    maxFeePerBlobGas: 'maxFeePerBlobGas' in transaction ? BigInt(transaction.maxFeePerBlobGas ?? 0) : 0n,
    raw,
  }
}

function withoutBlobs(raw: Hex): Hex {
  const [body] = fromRlp(`0x${raw.slice(4)}`, 'hex')
  if (!Array.isArray(body)) throw new TypeError('no network form of a blob transaction')
  return `0x03${toRlp(body).slice(2)}`
}
