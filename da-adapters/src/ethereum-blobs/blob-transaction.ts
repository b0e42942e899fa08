import { transferGas } from '@parley/transactions'
import { fromRlp, type LocalAccount, toRlp } from 'viem'
import type { Fees } from './fees.ts'
import type { Hex } from './l1.ts'

/** Version byte of a network form whose proofs are cell proofs (EIP-7594). */
const cellProofVersion = Uint8Array.of(1)

/** The account that pays. */
export type BlobAccount = Pick<LocalAccount, 'address' | 'signTransaction'>

/** What goes beside a transaction on the network. */
export interface BlobSidecar {
  readonly blobs: readonly Uint8Array[]
  readonly commitments: readonly Uint8Array[]
  /** 128 for each blob, in the blobs' order. */
  readonly cellProofs: readonly Uint8Array[]
}

/** Signs a type-3 transaction of the account to itself: it moves nothing and carries blobs. */
export function signBlobs(
  account: BlobAccount,
  chainId: number,
  nonce: number,
  versionedHashes: readonly Hex[],
  { maxFeePerGas, maxPriorityFeePerGas, maxFeePerBlobGas }: Fees,
): Promise<Hex> {
  return account.signTransaction({
    type: 'eip4844',
    chainId,
    nonce,
    to: account.address,
    value: 0n,
    gas: transferGas,
    blobVersionedHashes: [...versionedHashes],
    maxFeePerGas,
    maxPriorityFeePerGas,
    maxFeePerBlobGas,
  })
}

/** The form in which a transaction is sent: its body, the version of its proofs, blobs, commitments and proofs. */
export function networkForm(signed: Hex, { blobs, commitments, cellProofs }: BlobSidecar): Hex {
  const body = fromRlp(Buffer.from(signed.slice(4), 'hex'), 'bytes')
  const encoded = toRlp([body, cellProofVersion, [...blobs], [...commitments], [...cellProofs]], 'bytes')
  // Buffer's hex is native; viem's would hold up the event loop for the megabyte and a half of six blobs.
  return `0x03${Buffer.from(encoded).toString('hex')}`
}
