import { fromRlp, keccak256, type LocalAccount, toRlp } from 'viem'
import type { Fees } from './fees.ts'
import type { Hex } from './l1.ts'

/** Gas of a transaction that calls nothing. */
export const transactionGas = 21_000n

/** Version byte of a network form whose proofs are cell proofs (EIP-7594). */
const cellProofVersion = Uint8Array.of(1)

/** The account that pays. */
export type BlobAccount = Pick<LocalAccount, 'address' | 'signTransaction'>

/** A signed transaction without its blobs. */
export interface SignedVariant {
  readonly hash: Hex
  readonly signed: Hex
  readonly fees: Fees
}

/** What goes beside a transaction on the network. */
export interface BlobSidecar {
  readonly blobs: readonly Uint8Array[]
  readonly commitments: readonly Uint8Array[]
  /** 128 for each blob, in the blobs' order. */
  readonly cellProofs: readonly Uint8Array[]
}

/** Signs a type-3 transaction of the account to itself: it moves nothing and carries blobs. */
export async function signVariant(
  account: BlobAccount,
  chainId: bigint,
  nonce: bigint,
  versionedHashes: readonly Hex[],
  fees: Fees,
): Promise<SignedVariant> {
  const signed = await account.signTransaction({
    type: 'eip4844',
    chainId: Number(chainId),
    nonce: Number(nonce),
    to: account.address,
    value: 0n,
    gas: transactionGas,
    blobVersionedHashes: [...versionedHashes],
    ...fees,
  })
  return { hash: keccak256(signed), signed, fees }
}

/** Signs a plain transaction of the account to itself, which does nothing but use up the nonce. */
export async function signCancel(
  account: BlobAccount,
  chainId: bigint,
  nonce: bigint,
  { maxFeePerGas, maxPriorityFeePerGas }: Fees,
): Promise<{ readonly hash: Hex; readonly signed: Hex }> {
  const signed = await account.signTransaction({
    type: 'eip1559',
    chainId: Number(chainId),
    nonce: Number(nonce),
    to: account.address,
    value: 0n,
    gas: transactionGas,
    maxFeePerGas,
    maxPriorityFeePerGas,
  })
  return { hash: keccak256(signed), signed }
}

/** The form in which a transaction is sent: its body, the version of its proofs, blobs, commitments and proofs. */
export function networkForm(signed: Hex, { blobs, commitments, cellProofs }: BlobSidecar): Hex {
  const body = fromRlp(Buffer.from(signed.slice(4), 'hex'), 'bytes')
  const encoded = toRlp([body, cellProofVersion, [...blobs], [...commitments], [...cellProofs]], 'bytes')
  // Buffer's hex is native; viem's would hold up the event loop for the megabyte and a half of six blobs.
  return `0x03${Buffer.from(encoded).toString('hex')}`
}
