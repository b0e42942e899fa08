import {
  ClientError,
  confirm,
  type InviteOfMany,
  inviteMany,
  inviteOutcomes,
  quoteMany,
  relayMany,
  type SignedInvite,
  signInvite,
} from '@parley/client'
import { accountOf } from '../action/account.ts'
import { addressArgument, hexArgument } from '../action/arguments.ts'
import { authorizationsOf, deadlineOf } from '../action/authorization.ts'
import { tell } from '../action/tell.ts'
import { needed } from '../config/config.ts'
import type { Context } from '../process/context.ts'
import { openL2Client } from '../role/l2-client.ts'

/**
 * Invites several in one transaction, or relays what others signed, after asking what each costs: nothing is sent when one of
 * them would be refused. With --sign it signs each for somebody else to relay, and prints the list that this command takes
 * as --authorization.
 * @returns 1 when one that was quoted was refused all the same.
 * @throws {CliError} `ARGUMENT_INVALID`. @throws {ClientError} what the first that is refused is refused for.
 */
export async function sendMany(context: Context, given: readonly string[]): Promise<number> {
  const client = openL2Client(context)
  const inbox = needed(context.config, 'l2.publicInbox')
  const { gateData, maxFee, relayer } = context.config.invites
  const invites = pairsOf(given).map(([to, what], i): InviteOfMany => {
    const recipient = addressArgument(`recipient ${i + 1}`, to)
    return { recipient, contentDigest: hexArgument(`digest ${i + 1}`, what), gateData, maxFee: maxFee ?? highestFee }
  })
  const named = relayer !== undefined && { relayer }
  if (context.config.relay.sign) {
    const deadline = deadlineOf(context)
    const sign = (invite: InviteOfMany) => signInvite(client, { inbox, ...invite, ...named, deadline })
    return tell(context, await Promise.all(invites.map(sign)))
  }
  const authorizations = await authorizationsOf(context, invites.length)
  const asked = invites.map((invite, i) => ({ ...invite, ...senderOf(authorizations?.[i]) }))
  const quoted = await quoteMany(client, { inbox, invites: asked, payer: accountOf(client, '--sender') })
  const limited = quoted.map((told, i) => {
    if (!told.delivered) throw new ClientError(told.fault)
    return { ...(invites[i] as InviteOfMany), maxFee: maxFee ?? told.fee }
  })
  const signed = authorizations?.map((authorization, i): SignedInvite => {
    return { ...(limited[i] as InviteOfMany), ...named, authorization }
  })
  const sent =
    signed === undefined
      ? inviteMany(client, { inbox, invites: limited })
      : relayMany(client, { inbox, invites: signed })
  const { transactionHash, blockNumber, gasUsed, logs } = await confirm(client, { hash: await sent })
  const outcomes = inviteOutcomes(inbox, logs)
  tell(context, { invites: outcomes, transaction: transactionHash, block: blockNumber, gas: Number(gasUsed) })
  return outcomes.every(({ delivered }) => delivered) ? 0 : 1
}

const senderOf = (authorization: SignedInvite['authorization'] | undefined) =>
  authorization === undefined ? {} : { sender: authorization.signer }

/** The highest fee there can be, whatever the gate: what is asked is what is paid at most. */
const highestFee = 10n ** 18n

function pairsOf(given: readonly string[]): [string | undefined, string | undefined][] {
  const pairs: [string | undefined, string | undefined][] = []
  for (let i = 0; i < given.length; i += 2) pairs.push([given[i], given[i + 1]])
  return pairs
}
