import { publicInboxAbi } from '@parley/contracts'
import { invalidEvent, isCanonical, type RawLog } from '@parley/l2'
import type { L2Position } from '@parley/protocol/light'
import {
  type Address,
  BaseError,
  decodeEventLog,
  encodeAbiParameters,
  getAbiItem,
  type Hex,
  isAddressEqual,
  keccak256,
} from 'viem'
import { type InviteQuote, quoteOf } from './quote-invite.ts'
import { standings } from './standing.ts'

/** One invite that an inbox took. */
export interface Invite {
  readonly recipient: Address
  /** Its number in the inbox, from 0, without gaps. */
  readonly sequence: bigint
  /** Who invites as far as the chain knows; the envelope says more. */
  readonly sender: Address
  readonly payer: Address
  /** SHA-256 of the encrypted envelope. */
  readonly contentDigest: Hex
  /** The inbox's head after it. */
  readonly head: Hex
  /** What it cost; `standing` is `muted` for invites that are not to be shown by themselves. */
  readonly quote: InviteQuote
  /** L2 block that it stands in. */
  readonly at: L2Position
}

export const inviteDelivered = getAbiItem({ abi: publicInboxAbi, name: 'InviteDelivered' })

/** Head of an inbox after one more invite. @see docs/spec/invites.md#delivery */
export function nextHead(head: Hex, sequence: bigint, contentDigest: Hex): Hex {
  const types = [{ type: 'bytes32' }, { type: 'uint64' }, { type: 'bytes32' }] as const
  return keccak256(encodeAbiParameters(types, [head, sequence, contentDigest]))
}

/** @throws {SettlementError} `EVENT_INVALID` when the log is no invite to `recipient`. */
export function decodeInvite(log: RawLog, at: L2Position, inbox: Address, recipient: Address): Invite {
  if (!isAddressEqual(log.address, inbox)) throw invalidEvent(`log of ${log.address}, which is not the inbox`)
  const { quote, ...args } = argumentsOf(log)
  if (!isAddressEqual(args.recipient, recipient)) throw invalidEvent(`an invite to ${args.recipient} was not asked for`)
  if (quote.standing >= standings.length) throw invalidEvent(`an invite has the standing ${quote.standing}`)
  return { ...args, quote: quoteOf(quote), at: { blockNumber: at.blockNumber, blockHash: at.blockHash } }
}

function argumentsOf(log: RawLog) {
  try {
    const topics = log.topics as [Hex, ...Hex[]]
    const event = decodeEventLog({ abi: [inviteDelivered], data: log.data, topics, strict: true })
    if (isCanonical([inviteDelivered], event, log)) return event.args
  } catch (error) {
    if (error instanceof BaseError) throw invalidEvent(error.shortMessage, error)
    throw error
  }
  throw invalidEvent('an invite is not encoded as its contract encodes it')
}
