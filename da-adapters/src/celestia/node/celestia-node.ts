import type { CommitmentProof } from '../primitives/commitment-proof.ts'
import type { NamespaceRow } from '../primitives/namespace-data.ts'
import {
  type CelestiaHeader,
  decodeBlobData,
  decodeCommitmentProof,
  decodeHeader,
  decodeNamespaceData,
} from './decoding.ts'
import type { JsonRpc } from './json-rpc.ts'
import { NodeFault } from './node-fault.ts'

/** What identifies a blob at a height. */
export interface BlobPlace {
  readonly height: bigint
  readonly namespace: Uint8Array
  readonly commitment: Uint8Array
}

/** A blob to submit, with its commitment, which the node itself does not compute again. */
export interface OfferedBlob {
  readonly data: Uint8Array
  readonly commitment: Uint8Array
}

/** What a submission may cost, in utia a gas. */
export interface GasOffer {
  readonly gas: number
  readonly price: number
  readonly maxPrice: number
}

/** The methods of celestia-node that are used, with their answers read strictly. All throw {NodeFault} or the signal's reason. */
export interface CelestiaNode {
  /** The newest header that the node has. */
  head(signal: AbortSignal): Promise<CelestiaHeader>
  header(height: bigint, signal: AbortSignal): Promise<CelestiaHeader>
  /** The blob's bytes, unchecked. */
  blob(place: BlobPlace, length: number, signal: AbortSignal): Promise<Uint8Array>
  commitmentProof(place: BlobPlace, signal: AbortSignal): Promise<CommitmentProof>
  namespaceData(height: bigint, namespace: Uint8Array, signal: AbortSignal): Promise<readonly NamespaceRow[]>
  /** Sends one transaction for all blobs and waits until it is included; its height. */
  submit(blobs: readonly OfferedBlob[], namespace: Uint8Array, offer: GasOffer, signal: AbortSignal): Promise<bigint>
}

export interface CelestiaNodeOptions {
  readonly timeoutMs: number
  /** Milliseconds for a submission, which the node answers once it is included. */
  readonly submitTimeoutMs: number
}

const kilobyte = 1_024
const headerBytes = 2_048 * kilobyte
const proofBytes = 4_096 * kilobyte

/** A namespace's shares of a whole square in base64. More is spam, and tells nothing that is asked here. */
const namespaceDataBytes = 64 * 1_024 * kilobyte

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

export function createCelestiaNode(rpc: JsonRpc, { timeoutMs, submitTimeoutMs }: CelestiaNodeOptions): CelestiaNode {
  const ask = (method: string, params: readonly unknown[], maxBytes: number, signal: AbortSignal) =>
    rpc.call(method, params, { maxBytes, timeoutMs }, signal)
  const place = ({ height, namespace, commitment }: BlobPlace) => [
    Number(height),
    base64(namespace),
    base64(commitment),
  ]
  return {
    head: async (signal) => decodeHeader(await ask('header.LocalHead', [], headerBytes, signal)),
    async header(height, signal) {
      const header = decodeHeader(await ask('header.GetByHeight', [Number(height)], headerBytes, signal))
      if (header.height !== height) throw new NodeFault('nonsense', 'the node’s header is of another height')
      return header
    },
    async blob(where, length, signal) {
      const maxBytes = Math.ceil(length / 3) * 4 + 4 * kilobyte
      return decodeBlobData(await ask('blob.Get', place(where), maxBytes, signal))
    },
    commitmentProof: async (where, signal) =>
      decodeCommitmentProof(await ask('blob.GetCommitmentProof', place(where), proofBytes, signal)),
    namespaceData: async (height, namespace, signal) =>
      decodeNamespaceData(
        await ask('share.GetNamespaceData', [Number(height), base64(namespace)], namespaceDataBytes, signal),
      ),
    async submit(blobs, namespace, { gas, price, maxPrice }, signal) {
      const params = [
        blobs.map(({ data, commitment }) => ({
          namespace: base64(namespace),
          data: base64(data),
          share_version: 0,
          commitment: base64(commitment),
          index: -1,
        })),
        { gas, gas_price: price, is_gas_price_set: true, max_gas_price: maxPrice },
      ]
      const height = await rpc.call('blob.Submit', params, { maxBytes: kilobyte, timeoutMs: submitTimeoutMs }, signal)
      if (typeof height !== 'number' || !Number.isSafeInteger(height) || height < 1)
        throw new NodeFault('unclear', 'the node answered a submission without its height')
      return BigInt(height)
    },
  }
}
