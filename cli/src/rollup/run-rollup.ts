import { announceSequencer, answerFor, confirm, getHeadBlock, getSilence, poll, resumeClaims } from '@parley/client'
import { getBlock } from 'viem/actions'
import { addressArgument, amountArgument } from '../action/arguments.ts'
import { tell, tellTransaction } from '../action/tell.ts'
import { needed } from '../config/config.ts'
import type { Context } from '../process/context.ts'
import { openL2Client } from '../role/l2-client.ts'

type Arguments = readonly string[]

const open = (context: Context) => ({ client: openL2Client(context), rollup: needed(context.config, 'l2.rollup') })

export async function showSilence(context: Context): Promise<number> {
  const { client, rollup } = open(context)
  return tell(context, await getSilence(client, { rollup }))
}

/** Announces that claims resume, waits for the notice and lets them; what an earlier run did is not done again. */
export async function resume(context: Context): Promise<number> {
  const { client, rollup } = open(context)
  const { clock, signal, err } = context
  const before = await getSilence(client, { rollup })
  if (!before.inRescue) return tell(context, { resumed: false, reason: 'no rescue makes the claims' })
  if (before.resumesAt === 0n) await confirm(client, { hash: await resumeClaims(client, { rollup }) })
  const { resumesAt } = await getSilence(client, { rollup })
  err.write(`ordinary claims may return from ${new Date(Number(resumesAt) * 1000).toISOString()} on\n`)
  await poll(async () => ((await getBlock(client)).timestamp >= resumesAt ? true : undefined), signal, { clock })
  return tellTransaction(context, client, resumeClaims(client, { rollup }), { resumed: true })
}

export async function announceKey(context: Context, [key, owner, block]: Arguments): Promise<number> {
  const { client, rollup } = open(context)
  const from = block === undefined ? (await getHeadBlock(client, { rollup })) + 1n : amountArgument('from', block)
  const entry = { from, key: addressArgument('key', key), bondOwner: addressArgument('bond-owner', owner) }
  return tellTransaction(context, client, announceSequencer(client, { rollup, ...entry }), entry)
}

export async function answer(context: Context, [given]: Arguments): Promise<number> {
  const { client, rollup } = open(context)
  const key = addressArgument('key', given)
  return tellTransaction(context, client, answerFor(client, { rollup, key }), { key })
}
