import {
  buildWithdraw,
  confirm,
  finalize,
  forceWithdraw,
  getDeployment,
  getPaid,
  type L2Client,
  type NodeClient,
  type ProvenAccount,
  poll,
  withdraw,
  withdrawalsOf,
} from '@parley/client'
import { addressArgument, mweiArgument, placeArgument } from '../action/arguments.ts'
import { tell } from '../action/tell.ts'
import { needed } from '../config/config.ts'
import { accepted } from '../conversation/accepted.ts'
import { openClients, openNode } from '../conversation/clients.ts'
import { ownAccount } from '../conversation/own-account.ts'
import { CliError } from '../faults.ts'
import type { Context } from '../process/context.ts'
import { openL2Client } from '../role/l2-client.ts'

type Arguments = readonly string[]

/** Takes money out of an account on the L3: by the sequencer, or past it through the L2's queue. */
export async function withdrawFrom(context: Context, [place = '', text]: Arguments): Promise<number> {
  const { shard, index } = placeArgument('account', place)
  const amount = mweiArgument('amount', text)
  const at = { shard, account: index, amount }
  return context.config.member.force ? forced(context, place, at) : sequenced(context, place, at)
}

interface Wanted {
  readonly shard: number
  readonly account: number
  readonly amount: bigint
}

async function sequenced(context: Context, place: string, at: Wanted): Promise<number> {
  const { config, signal } = context
  const { sequencer, deployment } = await openClients(context)
  const known = await sequencer.account(at.shard, at.account, signal)
  const { account, owner } = ownAccount(config, place, known)
  const operation = await buildWithdraw(deployment, { ...at, nonce: account.nonce }, owner)
  const { block } = accepted(await sequencer.submitOperation(operation, signal))
  return tell(context, { account: place, withdrawn: at.amount, block })
}

/** Asks no sequencer: what the account is, a node says. */
async function forced(context: Context, place: string, at: Wanted): Promise<number> {
  const { config, signal } = context
  const node = await openNode(context)
  const { account, owner } = ownAccount(config, place, (await node.account(at.shard, at.account, { signal }))?.account)
  // Forced, it would be queued for its gas and change nothing.
  if (at.amount > account.balance)
    throw new CliError({
      code: 'ARGUMENT_INVALID',
      argument: 'amount',
      reason: `must be at most ${account.balance} mwei, which the account has`,
    })
  const l2 = openL2Client(context)
  const deployment = await getDeployment(l2, { rollup: needed(config, 'l2.rollup') })
  const operation = await buildWithdraw(deployment, { ...at, nonce: account.nonce }, owner)
  const { inboxAddress } = deployment
  const { transactionHash } = await confirm(l2, { hash: await forceWithdraw(l2, { inboxAddress, operation }) })
  return tell(context, { account: place, forced: at.amount, transaction: transactionHash })
}

/** Has what was withdrawn paid on the L2, once a state that has it is final. */
export async function collectWithdrawn(context: Context, [place = '', to]: Arguments): Promise<number> {
  const { config, clock, signal, err } = context
  const { shard, index } = placeArgument('account', place)
  const recipient = to === undefined ? undefined : addressArgument('recipient', to)
  const { block: atBlock } = config.member
  const node = await openNode(context)
  const l2 = openL2Client(context)
  const rollup = needed(config, 'l2.rollup')
  const { inboxAddress } = await getDeployment(l2, { rollup })
  // Who forced a withdrawal does not know its block: a claim without it must not be waited for until it is final.
  const paid = atBlock === 0n ? await getPaid(l2, { inboxAddress, shard, index }) : undefined
  const what =
    paid === undefined ? `account ${place} as of block ${atBlock} or later` : `something to pay to account ${place}`
  err.write(`waiting until a claim has ${what}\n`)
  const claimed = await poll(
    async () => {
      const found = await node.account(shard, index, { signal })
      if (found === undefined || found.grade === 'node' || found.block < atBlock) return undefined
      return paid === undefined || found.account.withdrawn > paid ? found : undefined
    },
    signal,
    { clock },
  )
  err.write(`waiting until claim ${claimed.claim?.number}, which ends with block ${claimed.block}, is final\n`)
  const proven = await finalOf(context, node, l2, claimed)
  const paying = { rollup, inboxAddress, shard, index, proven, ...(recipient && { recipient }) }
  const receipt = await confirm(l2, { hash: await withdraw(l2, paying) })
  const [payment] = withdrawalsOf(receipt, inboxAddress)
  if (payment === undefined) throw new RangeError('the withdrawal left no event')
  const { amount, recipient: paidTo } = payment
  return tell(context, { account: place, paid: amount, recipient: paidTo, transaction: receipt.transactionHash })
}

/** Milliseconds that others have to make final what can be. */
const patienceMs = 15_000

/** Waits until a claim is final, and makes it so where nobody else does: a silent operator makes nothing final. */
async function finalOf(
  { config, clock, signal }: Context,
  node: NodeClient,
  l2: L2Client,
  claimed: ProvenAccount,
): Promise<ProvenAccount> {
  const rollup = needed(config, 'l2.rollup')
  const number = claimed.claim?.number ?? 0n
  const ending = new AbortController()
  const inner = AbortSignal.any([signal, ending.signal])
  const finalizing = (async (): Promise<never> => {
    while (true) {
      await clock.sleep(patienceMs, inner)
      const hash = await finalize(l2, { rollup, number })
      if (hash !== undefined) await confirm(l2, { hash })
    }
  })()
  try {
    return await Promise.race([node.untilFinal(claimed, inner), finalizing])
  } finally {
    ending.abort()
    // It was called off; what it failed with before is what was thrown.
    await finalizing.catch(() => undefined)
  }
}
