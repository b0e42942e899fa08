import { publicInboxAbi } from '@parley/contracts'
import type { Address } from 'viem'
import { assertAddress } from '../l2/assert.ts'
import type { L2Client } from '../l2/client.ts'
import { read } from '../l2/read.ts'
import { type InviteParameters, requestOf } from './parameters.ts'
import { type Standing, standings } from './standing.ts'

export interface QuoteInviteParameters extends Omit<InviteParameters, 'maxFee'> {
  /** Who invites: the account that sends, or whose signature is relayed. */
  readonly sender: Address
  /** Who sends the transaction; the sender itself when left out. */
  readonly payer?: Address
  /** Wei; quotes above it are `INVITE_FEE_ABOVE_MAX`. No bound of its own when left out. */
  readonly maxFee?: bigint
}

/** What an invite costs, in wei: `fee` is the sum of the four parts. */
export interface InviteQuote {
  readonly gate: Address
  /** How the recipient stands towards sender and payer: `open`, or `muted`, which is delivered and not shown. */
  readonly standing: Standing
  readonly fee: bigint
  readonly recipientPart: bigint
  readonly protocolPart: bigint
  readonly gatePart: bigint
  /** What the network asks for itself, by how far sender and payer reach and how they stand. */
  readonly networkPart: bigint
  /** Who receives the gate's part; undefined when nobody does. */
  readonly beneficiary: Address | undefined
}

export type QuoteInviteReturnType = InviteQuote

/** The highest fee there can be, whatever the gate. */
const highestFee = 10n ** 18n

/**
 * What an invite would cost now. Fails as the invite would, but for the money.
 * @throws {ClientError} `INVITE_REFUSED`, `INVITE_BLOCKED`, `INVITE_DELIVERED`, `INVITE_FEE_ABOVE_MAX`, `ARGUMENT_INVALID`,
 * `CONTRACT_UNKNOWN`, `L2_UNAVAILABLE`.
 */
export async function quoteInvite(client: L2Client, parameters: QuoteInviteParameters): Promise<QuoteInviteReturnType> {
  const { inbox, sender, payer = sender, maxFee = highestFee } = parameters
  assertAddress('sender', sender)
  assertAddress('payer', payer)
  const args = [requestOf({ ...parameters, maxFee }), sender, payer] as const
  return quoteOf(await read(client, { address: inbox, abi: publicInboxAbi, functionName: 'quote', args }))
}

interface RawQuote extends Omit<InviteQuote, 'standing' | 'beneficiary'> {
  readonly standing: number
  readonly beneficiary: Address
}

export function quoteOf({ standing, beneficiary, ...quote }: RawQuote): InviteQuote {
  return {
    ...quote,
    standing: standings[standing] as Standing,
    beneficiary: BigInt(beneficiary) === 0n ? undefined : beneficiary,
  }
}
