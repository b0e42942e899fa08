import { publicInboxAbi } from '@parley/contracts'
import { type Address, isAddressEqual, type Log, parseEventLogs } from 'viem'
import { faultOf, type InviteOutcome } from './invite-many.ts'

/** What became of the invites of one `inviteMany` or `relayMany`, in their order, from the logs of its receipt. */
export function inviteOutcomes(inbox: Address, logs: readonly Log[]): readonly InviteOutcome[] {
  const own = logs.filter(({ address }) => isAddressEqual(address, inbox))
  const told = parseEventLogs({ abi: publicInboxAbi, eventName: ['InviteDelivered', 'InviteNotDelivered'], logs: own })
  return told.map(({ eventName, args }) =>
    eventName === 'InviteDelivered'
      ? { delivered: true, sequence: args.sequence, fee: args.quote.fee }
      : { delivered: false, fault: faultOf(args.reason, inbox) },
  )
}
