import { confirm, finalize, getSilence, resumeClaims, withdraw, withdrawalsOf } from '@parley/client'
import { createSequencerBlockSource } from '@parley/client/blocks'
import type { RescueStep } from '@parley/node'
import type { RescueRequest } from '@parley/protocol'
import { startRelay } from '@parley/relay'
import { systemClock } from '@parley/runtime'
import type { Contester, Rescuer } from '@parley/settlement'
import { Registry } from 'prom-client'
import { bytesToHex } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Speaker } from './support/conversations.ts'
import { eventually, untilAllVerified, untilStatus } from './support/eventually.ts'
import { forever, log } from './support/l2.ts'
import { byteStore } from './support/memory-stores.ts'
import { type ClaimRemover, contesterOf, removerOf } from './support/remove-claim.ts'
import { queueDeposit, queueMessage, queueWithdrawal, rescuerOf, silentSoon, walletOf } from './support/rescue.ts'
import { Rollup, type RunningNode } from './support/rollup.ts'
import type { Running } from './support/running.ts'
import { until } from './support/until.ts'

let rollup: Rollup
let contester: Contester
let rescuer: Rescuer
let liar: Rescuer
let node: RunningNode
let batcher: Running<unknown>
let ann: Speaker
let ben: Speaker
beforeAll(async () => {
  rollup = await Rollup.start(silentSoon)
  ann = await rollup.converse(3)
  ben = await rollup.converse(40)
  contester = await contesterOf(remover())
  node = await rollup.startNode(undefined, { challengeSpreadMs: 0, challengeBudget: 1n }, { contester })
  rescuer = await rescuerOf(rollup, rollup.roles.users[0] as { secret: Uint8Array })
  liar = await rescuerOf(rollup, rollup.roles.funder)
  batcher = await rollup.startBatcher()
}, 360_000)
afterAll(async () => {
  await rollup?.stop()
  await Promise.all([contester?.close(), rescuer?.close(), liar?.close()])
})

const remover = (): ClaimRemover => removerOf(rollup)

const reached = (): Promise<bigint> => untilAllVerified(rollup, node.part)

/** What an honest rescue of the next block asks for, with the account that would send it replaced by nobody. */
async function requested(): Promise<RescueRequest> {
  const asked = Promise.withResolvers<RescueRequest>()
  const ending = new AbortController()
  const watching = {
    ...rescuer,
    rescue: async (request: RescueRequest) => {
      asked.resolve(request)
      ending.abort()
      return { outcome: 'already' } as const
    },
  }
  node.part.rescue(watching, () => undefined, ending.signal).catch(asked.reject)
  return asked.promise
}

const spoilt = (root: Uint8Array): Uint8Array => root.map((byte, i) => (i === 7 ? byte ^ 1 : byte))

/** Makes a rescue with a lie in it, and waits until it is taken back. */
async function lies(request: RescueRequest): Promise<void> {
  await liar.ensureBond(forever)
  const { outcome } = await liar.rescue(request, forever)
  expect(outcome).toBe('done')
  const number = request.parent.number + 1n
  await until(async () => {
    // It may be taken back while it is looked for.
    const now = await rescuer.head(forever).catch(() => undefined)
    return now !== undefined && now.number < number
  })
  await untilStatus(node.part, 'the lie gone', ({ state, finality }) => {
    return state === 'following' && finality.verified.claim === number - 1n
  })
  expect((await liar.means(forever)).bond).toBe(0n)
}

test('silence › a quiet chain that is up is not silent, and nobody can rescue it', async () => {
  await rollup.say(ann, 5)
  await reached()
  await expect(rescuer.declareSilent(forever)).rejects.toMatchObject({ fault: { code: 'TRANSACTION_REFUSED' } })
  const result = await node.part.rescue(rescuer, () => undefined, forever)
  expect(result).toEqual({ items: 0n, rescued: 0n, blocks: 0 })
  await rescuer.ensureBond(forever)
  const parent = await rescuer.head(forever)
  const nothing = { parent, timestamp: 1n, inboxCount: 0n, stateRoot: new Uint8Array(32), pricePoint: 0n, runs: [] }
  await expect(rescuer.rescue(nothing, forever)).rejects.toMatchObject({ fault: { code: 'TRANSACTION_REFUSED' } })
}, 360_000)

test('silence › a claim that consumes the item ends it', async () => {
  await batcher.stop()
  await queueDeposit(rollup, rollup.roles.funder, 5)
  const steps: RescueStep[] = []
  const rescuing = node.part.rescue(rescuer, (step) => void steps.push(step), forever)
  await until(() => steps.some(({ step }) => step === 'notice'))
  batcher = await rollup.startBatcher()
  expect(await rescuing).toEqual({ items: 1n, rescued: 0n, blocks: 0 })
  expect((await rescuer.silence(forever)).open).toBe(false)
}, 360_000)

test('rescue › lies are taken back, exit and forced message are final, and the sequencer goes on behind it', async () => {
  await rollup.say(ann, 2)
  await reached()
  const account = await node.client.account(3, 0)
  if (account === undefined) throw new Error('the node has no such account')
  await batcher.stop()
  // Sealed and accepted, but never claimed: they fall back to the block left standing, and are offered again.
  await rollup.say(ann, 4)
  await queueWithdrawal(rollup, 3, account.account.nonce, 10n ** 9n)
  await queueDeposit(rollup, rollup.roles.funder, 9)
  const said = new Uint8Array(32).fill(7)
  await queueMessage(rollup, ben, said)

  const honest = await requested()
  await lies({ ...honest, stateRoot: spoilt(honest.stateRoot) })
  const again = await requested()
  await lies({ ...again, runs: again.runs.slice(1) })
  const minting = await requested()
  await lies({
    ...minting,
    runs: minting.runs.map(({ shard, items }) => ({
      shard,
      items: items.map((item) => ({ ...item, postRoot: spoilt(item.postRoot) })),
    })),
  })

  const steps: RescueStep[] = []
  const result = await node.part.rescue(rescuer, (step) => void steps.push(step), forever)
  expect(result).toEqual({ items: 3n, rescued: 3n, blocks: 1 })
  const { number } = await rescuer.head(forever)
  await untilStatus(node.part, `rescue ${number} verified`, ({ finality }) => finality.verified.claim === number)

  // Nobody claims meanwhile but rescues.
  batcher = await rollup.startBatcher()
  await expect(eventually('the refusal', async () => statusCode(batcher))).resolves.toBe('IN_RESCUE')

  const found = await node.client.account(3, 0)
  if (found === undefined) throw new Error('the node has no such account')
  const client = walletOf(rollup, rollup.roles.users[0] as { secret: Uint8Array })
  const place = { rollup: bytesToHex(rollup.deployment.rollup), inboxAddress: bytesToHex(rollup.deployment.inbox) }
  // No batcher is there to make anything final.
  await until(async () => (await finalize(client, { ...place, number })) !== undefined)
  const proven = await node.client.untilFinal(found, forever)
  const receipt = await confirm(client, { hash: await withdraw(client, { ...place, shard: 3, index: 0, proven }) })
  expect(withdrawalsOf(receipt, place.inboxAddress)).toMatchObject([{ amount: 10n ** 9n }])

  const heard = await node.client.completeConversation(40, ben.index)
  expect(heard).toMatchObject({ grade: 'final', record: [{ content: said }] })

  const operator = walletOf(rollup, rollup.roles.pricePusher)
  await confirm(operator, { hash: await resumeClaims(operator, place) })
  const { resumesAt } = await getSilence(operator, place)
  await until(async () => (await rollup.l2.getBlock()).timestamp >= resumesAt)
  await confirm(operator, { hash: await resumeClaims(operator, place) })
  const lineage = bytesToHex(await (await rollup.reader()).lineage(forever))
  const status = await eventually('the sequencer in the new lineage', async () => {
    const answer = await fetch(`${rollup.sequencer.url}/v1/status`).catch(() => undefined)
    const told = (await answer?.json()) as SequencerStatus | undefined
    return told?.ready && told.lineage === lineage ? told : undefined
  })
  expect(status.removals.every(({ fallen, done }) => fallen === '0' && done)).toBe(true)
  await rollup.say(ann, 3)
  await reached()
  const record = await node.client.completeConversation(3, ann.index)
  expect(record?.record).toHaveLength(Number(ann.nonce - 1n))
  await relayed(await node.part.status().then(({ block }) => block))
})

/** A relay that begins with the first block comes to this one, past those of rescues, which nobody signed. */
async function relayed(block: bigint): Promise<void> {
  const settlement = await rollup.reader()
  const { url } = rollup.sequencer
  const keys = async (signal: AbortSignal) => (await settlement.schedule(signal)).keys
  const relay = await startRelay(
    {
      source: (isRescued) =>
        createSequencerBlockSource({ url, clock: systemClock }, { deployment: rollup.config, keys, isRescued }),
      settlement,
      genesis: await settlement.genesis(forever),
      store: byteStore(),
      clock: systemClock,
      log,
      registry: new Registry(),
    },
    {},
  )
  try {
    await until(async () => {
      const answer = await fetch(`${relay.url}/v1/status`)
      return BigInt(((await answer.json()) as { head: string }).head) >= block
    })
  } finally {
    await relay.stop()
  }
}

interface SequencerStatus {
  readonly lineage: string
  readonly ready: boolean
  readonly removals: readonly { readonly fallen: string; readonly done: boolean }[]
}

async function statusCode(one: Running<unknown>): Promise<string | undefined> {
  return (one.part as { status(): { fault?: { code: string } | undefined } }).status().fault?.code
}
