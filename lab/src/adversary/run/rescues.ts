import { limits } from '@parley/protocol'
import type { Stage } from '../stage/stage.ts'
import { refusalOf, standingClaim } from '../stage/standing.ts'
import { atLast, refusedTrial, type Trial } from './outcome.ts'

/** Nobody can make claims by a rescue while nobody declared silence. */
async function rescueAlive(stage: Stage): Promise<string | undefined> {
  const parent = await standingClaim(stage, (await stage.claimer.head(stage.signal)).number)
  const { timestamp, inboxCount, stateRoot } = parent.lastHeader
  const request = {
    parent,
    timestamp: timestamp + limits.minBlockIntervalMs,
    inboxCount: inboxCount + 1n,
    stateRoot,
    pricePoint: 0n,
    runs: [],
  }
  return refusalOf(stage, stage.payer.account.address, { functionName: 'rescue', args: [request] })
}

/** A chain on which nothing waits is not silent, however long nothing happens. */
async function declareQuiet(stage: Stage): Promise<string | undefined> {
  const { l2, claimer, signal, wait } = stage
  await wait('everything in the queue to be claimed', async () => {
    const { lastHeader } = await claimer.head(signal)
    const count = await l2.client.readContract({ ...l2.inbox, functionName: 'count' })
    return lastHeader.inboxCount === count ? true : undefined
  })
  const { contest } = await l2.client.readContract({ ...l2.rollup, functionName: 'parameters' })
  const { timestamp } = await l2.client.getBlock()
  await wait('the silence limit', async () => {
    const now = await l2.client.getBlock()
    return now.timestamp > timestamp + BigInt(contest.silenceLimit) ? true : undefined
  })
  return refusalOf(stage, stage.payer.account.address, { functionName: 'declareSilent', args: [] })
}

export const rescues: readonly Trial[] = [
  refusedTrial('rescue-while-alive', ['Rollup_RescueClosed'], rescueAlive),
  // With the others that wait: nobody says anything then.
  atLast(refusedTrial('rescue-of-a-quiet-chain', ['Rollup_NotSilent'], declareQuiet)),
]
