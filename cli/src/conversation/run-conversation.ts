import { randomBytes } from 'node:crypto'
import { buildCreateConversation, consentOf, conversationId } from '@parley/client'
import { Role } from '@parley/protocol'
import { placeArgument } from '../action/arguments.ts'
import { tell } from '../action/tell.ts'
import type { Context } from '../process/context.ts'
import { accepted } from './accepted.ts'
import { defaultAllowance } from './allowance.ts'
import { conversationAt, openClients, speakingKey } from './clients.ts'
import { ownAccount } from './own-account.ts'
import { withRoleName } from './roles.ts'

type Arguments = readonly string[]

/** Creates a conversation with oneself as its admin, paid by an account of PARLEY_L2_KEY. */
export async function createConversation(context: Context, [payer]: Arguments): Promise<number> {
  const { config, signal } = context
  const { shard, index: account } = placeArgument('account', payer)
  const { sequencer, deployment } = await openClients(context)
  const known = await sequencer.account(shard, account, signal)
  const { account: paying, owner } = ownAccount(config, `${shard}/${account}`, known)
  const me = speakingKey(config)
  const { allowance = defaultAllowance, priceLimit } = config.member
  const members = [{ key: me.key, role: Role.admin, allowance, priceLimit }]
  const create = { shard, account, nonce: paying.nonce, salt: new Uint8Array(randomBytes(32)), members }
  const consents = [consentOf(deployment.chainId, me)]
  const operation = await buildCreateConversation(deployment, create, owner, consents)
  const { block, position } = accepted(await sequencer.submitOperation(operation, signal))
  return tell(context, { conversation: `${shard}/${position}`, id: conversationId(deployment, create), block, slot: 0 })
}

/** Prints a conversation as the sequencer has accepted it. */
export async function showAccepted(context: Context, [place]: Arguments): Promise<number> {
  const { sequencer } = await openClients(context)
  const { id, epoch, messageCount, members } = await conversationAt(
    sequencer,
    placeArgument('conversation', place),
    context.signal,
  )
  const shown = members.map((member, slot) => ({ slot, ...withRoleName(member) }))
  return tell(context, { conversation: place, id, epoch, messageCount, members: shown })
}
