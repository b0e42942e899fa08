import {
  forceMessage,
  forceWithdraw,
  type GatewayRequest,
  type L2Client,
  type PledgeContracts,
  quoteInvite,
  relayContactChange,
  relayInvite,
  type SentCall,
} from '@parley/client'
import { type Address, zeroHash } from 'viem'
import { GatewayError } from '../faults.ts'
import { callFault } from './l2.ts'

/** Contracts of the L2 that a gateway calls. */
export interface GatewayContracts extends PledgeContracts {
  /** Inbox of the rollup, for forced items; without it none are taken. */
  readonly queue?: Address
}

export interface CallDeps {
  readonly client: L2Client
  readonly contracts: GatewayContracts
  /** The account that sends and pays. */
  readonly payer: Address
}

/** The call that carries a request out, if the contract would take it now. @throws {GatewayError} `CALL_REFUSED`, `L2_AWAY`. */
export async function callOf({ client, contracts, payer }: CallDeps, request: GatewayRequest): Promise<SentCall> {
  const { directory, inbox } = contracts
  let prepared: SentCall | undefined
  const send = async (call: SentCall) => {
    prepared = call
    return zeroHash
  }
  const by = { account: payer, send }
  try {
    if (request.kind === 'contact') {
      const { change, authorization } = request
      await relayContactChange(client, { ...by, directory, change, authorization })
    } else if (request.kind === 'forced') {
      if (contracts.queue === undefined) throw new GatewayError({ code: 'NOT_SERVED', what: 'forced items' })
      const { item } = request
      const forced = { ...by, inboxAddress: contracts.queue }
      if (item.kind === 'message') await forceMessage(client, { ...forced, message: item.message })
      else await forceWithdraw(client, { ...forced, operation: item.operation })
    } else {
      const { kind: _, authorization, ...invite } = request
      const { fee } = await quoteInvite(client, { ...invite, inbox, sender: authorization.signer, payer })
      // Fees rise with what is delivered meanwhile. What is too much is credited, and pays for what was too little.
      const most = fee + fee / 4n
      const value = most < invite.maxFee ? most : invite.maxFee
      await relayInvite(client, { ...by, ...invite, inbox, authorization, value })
    }
  } catch (error) {
    throw callFault(error, { contact: directory, invite: inbox, forced: contracts.queue ?? inbox }[request.kind])
  }
  if (prepared === undefined) throw new TypeError('an action did not send')
  return prepared
}
