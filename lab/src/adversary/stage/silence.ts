import type { rollupAbi } from '@parley/contracts'
import { BodyKind, limits, type QueuedItem, type SealedBlock, shardOfItem } from '@parley/protocol'
import { bytesToHex, type ContractFunctionArgs } from 'viem'
import { type Batch, complete, type DraftBlock, type DraftRun, type Ground } from '../forger/draft.ts'
import { requestOf } from './claim.ts'
import type { Wallet } from './l2.ts'
import { opportunity, type Stage } from './stage.ts'
import { type AbiClaim, abiOf, standingClaim } from './standing.ts'

type AbiRescue = ContractFunctionArgs<typeof rollupAbi, 'nonpayable', 'rescue'>[0]

export interface Silence {
  /** Sealed before; claimed meanwhile where claims go on. */
  readonly sealed: readonly SealedBlock[]
}

/**
 * Nobody takes items any more: sequencer and batcher stand still until the L2 lets anyone rescue.
 * @param claiming - Whether claims of blocks that were sealed before go on meanwhile, whose headers lag.
 */
export async function fallSilent(stage: Stage, { claiming }: { readonly claiming: boolean }): Promise<Silence> {
  const { l2, honest, payer, claimer, wait, signal } = stage
  const chance = await opportunity(stage, [])
  const first = (await claimer.head(signal)).lastHeader.inboxCount
  const accounts = chance.scene.ground.state.shards[stage.cast.shard]?.accounts ?? []
  // The sequencer does not answer any more.
  const count = await honest.forceItems(async (account) => accounts[account]?.nonce ?? 0n)
  await stage.ledger.until(count, signal)
  const oldest = claiming ? (chance.sealed.at(-1)?.block.header.inboxCount ?? first) : first
  const [, time] = await l2.client.readContract({ ...l2.inbox, functionName: 'itemAt', args: [oldest] })
  const since = BigInt(time)
  const { contest } = await l2.client.readContract({ ...l2.rollup, functionName: 'parameters' })
  const until = since + BigInt(contest.silenceLimit)
  const past = (seconds: bigint) =>
    wait(`the L2 time ${seconds}`, async () => ((await l2.client.getBlock()).timestamp > seconds ? true : undefined))
  if (claiming)
    for (const [i, { block, witness, signature }] of chance.sealed.entries()) {
      // One after another, up to shortly before the limit: the chain is alive by its claims.
      await past(since + (BigInt(contest.silenceLimit) * BigInt(i)) / BigInt(chance.sealed.length))
      const head = await claimer.head(signal)
      const batch = { core: [block], witness: [witness], last: block.header, after: chance.scene.ground.state }
      const request = await requestOf(stage, { ...chance, head }, batch)
      await claimer.claim({ ...request, signature }, signal)
    }
  await past(until)
  await l2.send(payer, { ...l2.rollup, functionName: 'declareSilent', args: [] })
  stage.leaveSilence = () => resumeClaims(stage)
  await wait('rescues to be open', async () => {
    const [, , open] = await l2.client.readContract({ ...l2.rollup, functionName: 'silence' })
    return open ? true : undefined
  })
  return { sealed: chance.sealed }
}

/** A block of every item that waits, on top of the head. */
export interface Rescue {
  readonly ground: Ground
  readonly parent: AbiClaim
  readonly blocks: DraftBlock[]
}

/** @param sealed - Blocks that are claimed and that the sequencer, which stands still, cannot be asked for. */
export async function rescueOf(stage: Stage, sealed: readonly SealedBlock[] = []): Promise<Rescue> {
  const { claimer, l2, past, signal } = stage
  const head = await claimer.head(signal)
  const count = await l2.client.readContract({ ...l2.inbox, functionName: 'count' })
  const lineage = await claimer.lineage(signal)
  const ground = await past.ground(head.lastHeader, lineage, count, signal, sealed)
  const { waiting } = ground.window
  const timestamp = head.lastHeader.timestamp + limits.minBlockIntervalMs
  const blocks = [{ timestamp, inboxCount: head.lastHeader.inboxCount + BigInt(waiting.length), runs: runsOf(waiting) }]
  return { ground, parent: await standingClaim(stage, head.number), blocks }
}

function runsOf(waiting: readonly QueuedItem[]): DraftRun[] {
  const runs = new Map<number, DraftRun>()
  for (const { index, item } of waiting) {
    const shard = shardOfItem(item)
    if (shard === undefined) continue
    const run = runs.get(shard) ?? { shard, segments: [] }
    run.segments.push({ body: { selector: BodyKind.inboxItem, value: index }, signatures: [] })
    runs.set(shard, run)
  }
  return [...runs.values()].sort((a, b) => a.shard - b.shard)
}

/** Claims a rescue. @returns what it says, and the L2 block that has it. */
export async function rescue(
  stage: Stage,
  wallet: Wallet,
  { ground, parent, blocks }: Rescue,
): Promise<{ readonly number: bigint; readonly batch: Batch; readonly blockNumber: bigint }> {
  const { l2, ledger } = stage
  const batch = complete(ground, blocks)
  const [block] = batch.core
  if (block === undefined) throw new TypeError('a rescue without a block')
  const { timestamp, inboxCount, stateRoot } = block.header
  const pricePoint = ledger.pricePoints.findLastIndex((after) => after <= ground.parent.inboxCount)
  const runs = block.runs.map(({ shard, segments }) => ({
    shard,
    items: segments.map(({ preRoot, body, postRoot }) => ({ preRoot, item: body.value, postRoot })),
  }))
  const fields = { timestamp, inboxCount, stateRoot: bytesToHex(stateRoot), pricePoint: BigInt(pricePoint) }
  const request = abiOf<AbiRescue>({ parent, ...fields, runs })
  const [, , , inRescue] = await l2.client.readContract({ ...l2.rollup, functionName: 'silence' })
  // The first one begins a lineage.
  if (!inRescue) stage.provoked += 1
  const { blockNumber } = await l2.send(wallet, { ...l2.rollup, functionName: 'rescue', args: [request] })
  return { number: parent.number + 1n, batch, blockNumber }
}

/** The operator lets ordinary claims return. */
async function resumeClaims(stage: Stage): Promise<void> {
  const { l2, roles, wait } = stage
  const operator = l2.wallet(roles.pricePusher.secret)
  const call = { ...l2.rollup, functionName: 'resume', args: [] } as const
  const [, , , inRescue] = await l2.client.readContract({ ...l2.rollup, functionName: 'silence' })
  if (inRescue) {
    await l2.send(operator, call)
    await wait('the notice of claims that return', async () => {
      const [{ timestamp }, [, , , , resumesAt]] = await Promise.all([
        l2.client.getBlock(),
        l2.client.readContract({ ...l2.rollup, functionName: 'silence' }),
      ])
      return timestamp >= resumesAt ? true : undefined
    })
    await l2.send(operator, call)
    stage.provoked += 1
  }
  stage.leaveSilence = undefined
}
