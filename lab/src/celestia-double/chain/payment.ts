import { type Blob, blobCommitment, namespaceBytes, sharesFor } from '@parley/da-adapters/celestia'
import { BinaryWriter, WireType } from 'cosmjs-types/binary'
import { AuthInfo, TxBody, TxRaw } from 'cosmjs-types/cosmos/tx/v1beta1/tx'
import { encodeBlobTransaction } from '../square/blob-transaction.ts'

const messageType = '/celestia.blob.v1.MsgPayForBlobs'

/** Least price that the network's nodes take, in utia a gas. */
export const minGasPrice = 0.004

/** Gas of a transaction with blobs, as nodes estimate it. */
export function gasFor(blobs: readonly Blob[]): number {
  const shares = blobs.reduce((sum, { data, signer }) => sum + sharesFor(data.length, signer !== undefined), 0)
  return 512 * 8 * shares + 700 * blobs.length + 75_000
}

/** What a transaction pays with. */
export interface Payment {
  readonly signer: string
  readonly sequence: bigint
  readonly gas: number
  /** In utia. */
  readonly fee: bigint
}

/** A transaction that pays for blobs, as consensus takes it; its signature is empty, for nobody checks it here. */
export function payForBlobs(blobs: readonly Blob[], { signer, sequence, gas, fee }: Payment): Uint8Array {
  const message = BinaryWriter.create().tag(1, WireType.Bytes).string(signer)
  for (const { namespace } of blobs) message.tag(2, WireType.Bytes).bytes(namespace.subarray(0, namespaceBytes))
  message.tag(3, WireType.Bytes).fork()
  for (const { data } of blobs) message.uint32(data.length)
  message.ldelim()
  for (const blob of blobs) message.tag(4, WireType.Bytes).bytes(blobCommitment(blob))
  message.tag(8, WireType.Bytes).fork()
  for (const blob of blobs) message.uint32(blob.signer === undefined ? 0 : 1)
  const value = message.ldelim().finish()
  const transaction = TxRaw.encode({
    bodyBytes: TxBody.encode(TxBody.fromPartial({ messages: [{ typeUrl: messageType, value }] })).finish(),
    authInfoBytes: AuthInfo.encode(
      AuthInfo.fromPartial({
        signerInfos: [{ sequence }],
        fee: { amount: [{ denom: 'utia', amount: `${fee}` }], gasLimit: BigInt(gas) },
      }),
    ).finish(),
    signatures: [new Uint8Array(64)],
  }).finish()
  return encodeBlobTransaction({ transaction, blobs })
}
