import {
  getCredit,
  getInbox,
  invite,
  type L2Client,
  quoteInvite,
  relayInvite,
  setStanding,
  signInvite,
  standings,
  withdrawCredit,
} from '@parley/client'
import type { Address } from 'viem'
import { accountOf } from '../action/account.ts'
import { addressArgument, choiceArgument, hexArgument } from '../action/arguments.ts'
import { authorizationOf, deadlineOf } from '../action/authorization.ts'
import { tell, tellTransaction } from '../action/tell.ts'
import { needed } from '../config/config.ts'
import type { Context } from '../process/context.ts'
import { openL2Client } from '../role/l2-client.ts'
import { sendMany } from './invite-many.ts'

type Arguments = readonly string[]

function open(context: Context): { readonly client: L2Client; readonly inbox: Address } {
  return { client: openL2Client(context), inbox: needed(context.config, 'l2.publicInbox') }
}

/** Prints gate, count, head and credit of an inbox. */
export async function showInbox(context: Context, [given]: Arguments): Promise<number> {
  const { client, inbox } = open(context)
  const recipient = addressArgument('recipient', given)
  const state = await getInbox(client, { inbox, recipient })
  return tell(context, { recipient, ...state, credit: await getCredit(client, { inbox, holder: recipient }) })
}

export async function changeStanding(context: Context, [whom, how]: Arguments): Promise<number> {
  const { client, inbox } = open(context)
  const standing = choiceArgument('standing', standings, how)
  const counterparty = addressArgument('counterparty', whom)
  return tellTransaction(context, client, setStanding(client, { inbox, counterparty, standing }))
}

export async function quote(context: Context, [to, what]: Arguments): Promise<number> {
  const { client, inbox } = open(context)
  const { sender, gateData } = context.config.invites
  const quoted = await quoteInvite(client, {
    inbox,
    recipient: addressArgument('recipient', to),
    contentDigest: hexArgument('digest', what),
    sender: sender ?? accountOf(client, '--sender'),
    gateData,
  })
  return tell(context, quoted)
}

/** Invites one or several, relays what somebody else signed, or signs for somebody else to relay. */
export async function sendInvite(context: Context, [to, what, ...more]: Arguments): Promise<number> {
  const { relay, invites } = context.config
  if (more.length > 0) return sendMany(context, [to ?? '', what ?? '', ...more])
  const { client, inbox } = open(context)
  const request = { inbox, recipient: addressArgument('recipient', to), contentDigest: hexArgument('digest', what) }
  const relayed = { ...request, ...(invites.relayer !== undefined && { relayer: invites.relayer }) }
  if (relay.sign) return tell(context, await signInvite(client, { ...relayed, deadline: deadlineOf(context) }))
  const { authorization } = await authorizationOf(context)
  const { gateData } = invites
  const sender = authorization?.signer ?? accountOf(client, '--sender')
  const payer = accountOf(client, '--sender')
  const maxFee = invites.maxFee ?? (await quoteInvite(client, { ...request, gateData, sender, payer })).fee
  const sent =
    authorization === undefined
      ? invite(client, { ...request, gateData, maxFee })
      : relayInvite(client, { ...relayed, gateData, maxFee, authorization })
  return tellTransaction(context, client, sent)
}

export async function withdraw(context: Context): Promise<number> {
  const { client, inbox } = open(context)
  const { to, amount } = context.config.invites
  const parameters = { inbox, ...(to !== undefined && { recipient: to }), ...(amount !== undefined && { amount }) }
  return tellTransaction(context, client, withdrawCredit(client, parameters))
}
