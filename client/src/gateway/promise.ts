import type { promiseCodec, ValueOf } from '@parley/api'
import { type Address, bytesToHex, type Hex, isAddressEqual, recoverTypedDataAddress } from 'viem'

/** What gateways sign, by EIP-712. @see docs/spec/gateway.md#promises */
export const gatewayTypes = {
  Promise: [
    { name: 'requestDigest', type: 'bytes32' },
    { name: 'includeBy', type: 'uint64' },
  ],
  TokenRequests: [
    { name: 'requestsDigest', type: 'bytes32' },
    { name: 'validUntil', type: 'uint64' },
  ],
  Quote: [
    { name: 'operation', type: 'string' },
    { name: 'units', type: 'uint32' },
    { name: 'feeWei', type: 'uint64' },
    { name: 'validUntil', type: 'uint64' },
  ],
} as const

/** The chain and the inbox that a gateway's words are about. */
export interface GatewayChain {
  readonly chainId: bigint
  readonly publicInbox: Address
}

export function gatewayDomain({ chainId, publicInbox }: GatewayChain) {
  return { name: 'Parley Gateway', version: '1', chainId, verifyingContract: publicInbox } as const
}

/** A gateway's word that a request stands on its chain in time; evidence against it when it does not. */
export interface GatewayPromise {
  readonly requestDigest: Hex
  /** The L2's time, seconds. */
  readonly includeBy: bigint
  /** Address of the gateway's key. */
  readonly key: Address
  readonly signature: Hex
}

export function gatewayPromiseOf(value: ValueOf<typeof promiseCodec>): GatewayPromise {
  return {
    requestDigest: bytesToHex(value.requestDigest),
    includeBy: value.includeBy,
    key: bytesToHex(value.key),
    signature: bytesToHex(value.signature),
  }
}

/** Whether the key named in a promise signed it, for this chain and inbox. */
export async function isPromised(chain: GatewayChain, promise: GatewayPromise): Promise<boolean> {
  const { requestDigest, includeBy, key, signature } = promise
  const typed = {
    domain: gatewayDomain(chain),
    types: gatewayTypes,
    primaryType: 'Promise',
    message: { requestDigest, includeBy },
  } as const
  try {
    return isAddressEqual(await recoverTypedDataAddress({ ...typed, signature }), key)
  } catch {
    // No point of the curve: nobody signed that.
    return false
  }
}
