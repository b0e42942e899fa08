import {
  depositBond,
  finalize,
  getBond,
  getDeployment,
  getFinalNumber,
  getHeadBlock,
  getSilence,
  operatorOf,
  quotePrices,
  setClaimer,
  startBondExit,
  withdrawBond,
} from '@parley/client'
import { addressArgument, amountArgument, mweiArgument } from '../action/arguments.ts'
import { tell, tellTransaction } from '../action/tell.ts'
import { needed } from '../config/config.ts'
import { CliError } from '../faults.ts'
import type { Context } from '../process/context.ts'
import { openL2Client } from '../role/l2-client.ts'

type Arguments = readonly string[]

const open = (context: Context) => ({ client: openL2Client(context), rollup: needed(context.config, 'l2.rollup') })

/** Opens the L2 for PARLEY_L2_KEY. @throws {CliError} `CONFIG_VALUE_MISSING`. */
function openOwn(context: Context) {
  needed(context.config, 'l2.key')
  return open(context)
}

export async function showRollup(context: Context): Promise<number> {
  const { client, rollup } = open(context)
  const [{ chainId, inboxAddress, keys, deploymentBlock }, { operator, isContract }, block, final, silence] =
    await Promise.all([
      getDeployment(client, { rollup }),
      operatorOf(client, { rollup }),
      getHeadBlock(client, { rollup }),
      getFinalNumber(client, { rollup }),
      getSilence(client, { rollup }),
    ])
  const shown = { chainId, rollup, inbox: inboxAddress, deploymentBlock, operator, operatorIsContract: isContract }
  return tell(context, { ...shown, keys, claimedBlock: block, finalClaim: final, silence })
}

export async function allowClaimer(context: Context, [account]: Arguments, allowed: boolean): Promise<number> {
  const { client, rollup } = openOwn(context)
  const claimer = addressArgument('account', account)
  return tellTransaction(context, client, setClaimer(client, { rollup, claimer, allowed }), { claimer, allowed })
}

export async function showBond(context: Context, [given]: Arguments): Promise<number> {
  const { client, rollup } = open(context)
  const account = given === undefined ? client.account?.address : addressArgument('account', given)
  if (account === undefined)
    throw new CliError({ code: 'ARGUMENT_INVALID', argument: 'account', reason: 'is needed without PARLEY_L2_KEY' })
  return tell(context, { account, ...(await getBond(client, { rollup, account })) })
}

export async function payBond(context: Context, [account, wei]: Arguments): Promise<number> {
  const { client, rollup } = openOwn(context)
  const owner = addressArgument('account', account)
  const amount = amountArgument('amount', wei)
  return tellTransaction(context, client, depositBond(client, { rollup, owner, amount }), { owner, amount })
}

export async function leaveBond(context: Context): Promise<number> {
  const { client, rollup } = openOwn(context)
  const code = await tellTransaction(context, client, startBondExit(client, { rollup }))
  const account = client.account?.address as `0x${string}`
  const { unlocksAt } = await getBond(client, { rollup, account })
  context.err.write(`it may be withdrawn from ${new Date(Number(unlocksAt) * 1000).toISOString()} on\n`)
  return code
}

export async function takeBond(context: Context, [to]: Arguments): Promise<number> {
  const { client, rollup } = openOwn(context)
  const recipient = addressArgument('recipient', to)
  return tellTransaction(context, client, withdrawBond(client, { rollup, recipient }), { recipient })
}

/** Makes final up to a claim, in as many transactions as that takes. */
export async function finalizeTo(context: Context, [claim]: Arguments): Promise<number> {
  const { client, rollup } = openOwn(context)
  const number = amountArgument('claim', claim)
  const sent = await finalize(client, { rollup, number })
  if (sent !== undefined) return tellTransaction(context, client, Promise.resolve(sent), { claim: number })
  const final = await getFinalNumber(client, { rollup })
  return tell(context, { claim: number, final, sent: false })
}

export async function quoteData(context: Context, [core, witness]: Arguments): Promise<number> {
  const { client, rollup } = openOwn(context)
  const prices = { coreByte: mweiArgument('core-byte', core), witnessByte: mweiArgument('witness-byte', witness) }
  return tellTransaction(context, client, quotePrices(client, { rollup, ...prices }), prices)
}
