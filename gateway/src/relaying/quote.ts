import { getRegistrationFee, quoteInvite } from '@parley/client'
import type { Address, Hex } from 'viem'
import type { CallDeps } from './call.ts'
import { callFault } from './l2.ts'

/** What may be asked the price of. */
export type QuoteRequest =
  | { readonly kind: 'contacts' }
  | {
      readonly kind: 'invites'
      readonly sender: Address
      readonly recipient: Address
      readonly contentDigest: Hex
      readonly gateData: Hex
    }

export interface Quote {
  readonly operation: QuoteRequest['kind']
  /** What contracts ask for, wei. */
  readonly feeWei: bigint
}

/** What contracts ask for an operation now. @throws {GatewayError} `CALL_REFUSED`, `L2_AWAY`. */
export async function quoteOf({ client, contracts, payer }: CallDeps, request: QuoteRequest): Promise<Quote> {
  const { directory, inbox } = contracts
  try {
    if (request.kind === 'contacts')
      return { operation: 'contacts', feeWei: await getRegistrationFee(client, { directory }) }
    const { kind: operation, ...invite } = request
    const { fee } = await quoteInvite(client, { ...invite, inbox, payer })
    return { operation, feeWei: fee }
  } catch (error) {
    throw callFault(error, request.kind === 'contacts' ? directory : inbox)
  }
}
