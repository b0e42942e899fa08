import { confirm, deposit, depositsOf, gradeWords, poll } from '@parley/client'
import type { Account } from '@parley/protocol'
import { getAddress, isAddressEqual, toHex } from 'viem'
import { addressArgument, mweiArgument, placeArgument, shardArgument } from '../action/arguments.ts'
import { tell } from '../action/tell.ts'
import { openClients, openNode } from '../conversation/clients.ts'
import { CliError } from '../faults.ts'
import type { Context } from '../process/context.ts'

type Arguments = readonly string[]

/** Pays into the account of an owner in a shard, and prints where that account is. */
export async function depositInto(context: Context, [shard, amount, owner]: Arguments): Promise<number> {
  const { told } = await pay(context, shard, amount, owner)
  return tell(context, told)
}

/** Pays into one's own account in a shard, and waits until the sequencer knows it. */
export async function openAccount(context: Context, [shard, amount]: Arguments): Promise<number> {
  const { clients, told, at } = await pay(context, shard, amount, undefined)
  const { clock, signal, err } = context
  err.write(`waiting until the sequencer has taken the deposit into account ${told.account}\n`)
  const known = () => clients.sequencer.account(at.shard, at.account, signal)
  return tell(context, { ...told, ...withOwner(await poll(known, signal, { clock })) })
}

async function pay(context: Context, shard: string | undefined, amount: string | undefined, to: string | undefined) {
  const clients = await openClients(context)
  const { l2, deployment } = clients
  const { inboxAddress } = deployment
  const owner = to === undefined ? l2.account?.address : addressArgument('owner', to)
  if (owner === undefined)
    throw new CliError({ code: 'ARGUMENT_INVALID', argument: 'owner', reason: 'is needed without PARLEY_L2_KEY' })
  const paid = { inboxAddress, shard: shardArgument('shard', shard), amount: mweiArgument('amount', amount), owner }
  const receipt = await confirm(l2, { hash: await deposit(l2, paid) })
  const at = depositsOf(receipt, inboxAddress).find((each) => isAddressEqual(each.owner, owner))
  if (at === undefined) throw new RangeError('the deposit left no event')
  const told = {
    account: `${at.shard}/${at.account}`,
    owner,
    deposited: at.amount,
    transaction: receipt.transactionHash,
  }
  return { clients, told, at }
}

/** Prints an account as the sequencer has it now; with a node, as that one shows it too, and what its root is worth. */
export async function showAccount(context: Context, [place]: Arguments): Promise<number> {
  const { shard, index } = placeArgument('account', place)
  const { signal, config } = context
  const { sequencer } = await openClients(context)
  const accepted = await sequencer.account(shard, index, signal)
  if (accepted === undefined) throw new CliError({ code: 'ACCOUNT_UNKNOWN', place: `${shard}/${index}` })
  const node = config.node.url === undefined ? undefined : await openNode(context)
  const shown = await node?.account(shard, index, { signal })
  return tell(context, {
    account: `${shard}/${index}`,
    accepted: withOwner(accepted),
    ...(shown && { shown: { grade: gradeWords[shown.grade], block: shown.block, ...withOwner(shown.account) } }),
  })
}

/** An account with its owner as addresses are written elsewhere. */
function withOwner({ owner, ...state }: Account): object {
  return { owner: getAddress(toHex(owner)), ...state }
}
