import type { Account } from '@parley/protocol'
import { limits } from '@parley/protocol'
import type { Ending } from '../classes/class.ts'
import { fallSilent, type Rescue, rescue, rescueOf } from '../stage/silence.ts'
import type { Stage } from '../stage/stage.ts'
import { refusalOf, standingClaim } from '../stage/standing.ts'
import { fallenOf, fillLiarsBond, goOn, honestBonds, judged } from './lie.ts'
import { atLast, type Outcome, refusedTrial, type Trial } from './outcome.ts'
import { paid } from './withdrawals.ts'

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

/** A rescue that says what its items do not do, in a silence that it begins unless there is one. */
const lyingRescue = (name: string, ending: Ending, ends: string, lie: (told: Rescue, stage: Stage) => void): Trial => ({
  name,
  ends,
  gas: 2_400_000,
  inSilence: true,
  async run(stage) {
    const before = await honestBonds(stage)
    if (stage.leaveSilence === undefined) await fallSilent(stage, { claiming: false })
    const told = await rescueOf(stage)
    lie(told, stage)
    const { number, blockNumber } = await rescue(stage, stage.claimerWallet, told)
    stage.provoked += 1
    const fallen = await fallenOf(stage, { number, at: { blockNumber } })
    const outcome = await judged(stage, { name, ending, gas: 2_400_000, transactions: [1, 1] }, fallen, before)
    await fillLiarsBond(stage)
    return outcome
  },
})

/** Anybody executes what waits, ordinary claims return, and the exit among it is paid once it is final. */
const rescued = (name: string, claiming: boolean): Trial => ({
  name,
  ends: 'rescued, ordinary claims return, exit paid',
  gas: 1_900_000,
  inSilence: !claiming,
  async run(stage) {
    const { l2, payer } = stage
    const before = await honestBonds(stage)
    const { sealed } = stage.leaveSilence === undefined ? await fallSilent(stage, { claiming }) : { sealed: [] }
    const { contest } = await l2.client.readContract({ ...l2.rollup, functionName: 'parameters' })
    const args = [payer.account.address] as const
    await l2.send(payer, { ...l2.rollup, functionName: 'depositBondFor', args, value: contest.rescueBond })
    const told = await rescueOf(stage, sealed)
    const [oldest] = told.ground.window.waiting
    const { number, batch, blockNumber } = await rescue(stage, payer, told)
    const claim = await standingClaim(stage, number)
    const [{ timestamp }, { gasUsed }] = await Promise.all([
      l2.client.getBlock({ blockNumber }),
      rescueReceipt(stage, blockNumber),
    ])
    await stage.leaveSilence?.()
    await goOn(stage, number + 1n, () => stage.honest.goOn([]))
    return async (): Promise<Outcome> => {
      const amount = await paid(stage, 'cyd', batch.after, claim)
      const honestBondKept = (await honestBonds(stage)) === before
      const right = amount > 0n && honestBondKept && Number(gasUsed) <= 1_900_000
      return {
        class: name,
        detectedBy: 'rescue',
        transactions: 1,
        gas: Number(gasUsed),
        removed: right,
        secondsToRemoval: Number(timestamp - (oldest?.time ?? 0n) / 1_000n),
        honestBondKept,
        ...(right ? {} : { failed: `${amount} wei were paid` }),
      }
    }
  },
})

async function rescueReceipt({ l2 }: Stage, blockNumber: bigint): Promise<{ readonly gasUsed: bigint }> {
  const [told] = await l2.client.getContractEvents({
    ...l2.rollup,
    eventName: 'Rescued',
    fromBlock: blockNumber,
    toBlock: blockNumber,
    strict: true,
  })
  if (told === undefined) throw new TypeError('the rescue has no event')
  return l2.client.getTransactionReceipt({ hash: told.transactionHash })
}

export const rescues: readonly Trial[] = [
  refusedTrial('rescue-while-alive', ['Rollup_RescueClosed'], rescueAlive),
  lyingRescue('rescue-mints', 'operation', 'Operation', ({ blocks }, { cast }) => {
    const run = blocks[0]?.runs.find(({ shard }) => shard === cast.shard)
    const segment = run?.segments[0]
    if (segment === undefined) throw new RangeError('nothing waits in the shard')
    segment.after = ({ accounts }) => {
      ;(accounts[cast.accounts.cyd] as Account).withdrawn += 10n ** 12n
    }
  }),
  lyingRescue('rescue-leaves-item-out', 'malformed', 'Malformed: INBOX_MISSING', ({ blocks }, { cast }) => {
    const run = blocks[0]?.runs.find(({ shard }) => shard === cast.shard)
    run?.segments.splice(1, 1)
  }),
  rescued('silent', false),
  rescued('lagging-timestamps', true),
  // With the others that wait: nobody says anything then.
  atLast(refusedTrial('rescue-of-a-quiet-chain', ['Rollup_NotSilent'], declareQuiet)),
]
