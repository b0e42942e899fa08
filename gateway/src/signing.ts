import { type GatewayPromise, gatewayDomain, gatewayTypes } from '@parley/client'
import type { Address, Hex, LocalAccount } from 'viem'
import type { Quote } from './relaying/quote.ts'

export interface SigningDeps {
  readonly chainId: bigint
  readonly contracts: { readonly inbox: Address }
  readonly key: LocalAccount
}

const domainOf = ({ chainId, contracts }: SigningDeps) => gatewayDomain({ chainId, publicInbox: contracts.inbox })

/** A promise for one request. @see docs/spec/gateway.md#promises */
export async function signPromise(
  deps: SigningDeps,
  message: Pick<GatewayPromise, 'requestDigest' | 'includeBy'>,
): Promise<GatewayPromise> {
  const { key } = deps
  const typed = { domain: domainOf(deps), types: gatewayTypes, primaryType: 'Promise', message } as const
  return { ...message, key: key.address, signature: await key.signTypedData(typed) }
}

/** A price that stands until `validUntil`, seconds of the L2. */
export interface SignedQuote extends Quote {
  readonly units: number
  readonly validUntil: bigint
  readonly key: Address
  readonly signature: Hex
}

export async function signQuote(
  deps: SigningDeps,
  message: Omit<SignedQuote, 'key' | 'signature'>,
): Promise<SignedQuote> {
  const { key } = deps
  const typed = { domain: domainOf(deps), types: gatewayTypes, primaryType: 'Quote', message } as const
  return { ...message, key: key.address, signature: await key.signTypedData(typed) }
}
