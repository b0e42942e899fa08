import type { HDAccount } from 'viem/accounts'
import { ask, refusedBy, takeAll } from './ask.ts'
import { attested, byAccount, type Cost, type Identity, named, type Way, waysOf } from './identities.ts'
import type { Stage } from './stage.ts'
import { paidIn, type Worth, worthOf } from './worth.ts'

/** What an attacker gets and pays by one way of being somebody, for one identity. */
export interface WayReport {
  readonly way: string
  readonly proof: string
  readonly tier: Way['tier']
  readonly cost: Cost
  /** What contracts do not ask for, in words. */
  readonly outside: string | null
  /** Tokens that the tier has a day, and those that a gateway gave at once and in all days. */
  readonly unitsPerDay: number
  readonly unitsAtOnce: number
  readonly days: number
  readonly units: number
  /** Units that are left when those for the identity itself are taken off, by those; null where it takes none. */
  readonly multipliesBy: number | null
  /** Wei per free message and invite, on the first day and over all days. */
  readonly firstDay: Paid
  readonly allDays: Paid
  /** The same when it is found out after the first day: what was bound is lost. */
  readonly foundOut: Paid
  /** Days of a whole tier that what was bound would pay a gateway for; null where nothing is bound. */
  readonly stakeCoversDays: number | null
  /** Wei that a day of one identity must cost outside, for a free message to cost what a consumer pays. */
  readonly outsideWeiPerDay: number
  /** Wei that a gateway loses at most a day. */
  readonly gatewayWeiPerDay: bigint
}

export interface Paid {
  readonly messageWei: number
  readonly inviteWei: number
  /** By what a consumer pays who pays for itself. */
  readonly toConsumer: number
}

export interface SybilRun {
  readonly worth: Worth
  readonly ways: readonly WayReport[]
  readonly many: readonly {
    readonly way: string
    readonly identities: number
    readonly units: number
    readonly paidWei: bigint
  }[]
  /** What one account got by each of its proofs, one after the other. */
  readonly together: { readonly units: number; readonly tier: number }
  readonly listed: readonly { readonly proof: string; readonly refused: string | null }[]
  readonly unproven: {
    readonly addresses: number
    readonly units: number
    readonly seconds: number
    readonly bound: number
    /** What the old account was refused with. */
    readonly aged: string | null
  }
}

const daySeconds = 86_400
const nothing = `0x${'00'.repeat(32)}` as const

export async function runSybils(stage: Stage, signal: AbortSignal): Promise<SybilRun> {
  const worth = await worthOf(stage)
  const ways: WayReport[] = []
  const many: SybilRun['many'][number][] = []
  for (const way of waysOf(stage)) {
    signal.throwIfAborted()
    const { identities, costs } = await way.make(1 + stage.preset.identities)
    const [first, ...others] = identities as [Identity, ...Identity[]]
    ways.push(await useOne(stage, way, worth, first, costs[0] as Cost))
    many.push(await useMany(stage, way, others, costs.slice(1)))
  }
  return {
    worth,
    ways,
    many,
    together: await together(stage),
    listed: await listed(stage),
    unproven: await unproven(stage, signal),
  }
}

const perDayOf = ({ issuing }: Stage, { tier }: Pick<Way, 'tier'>): number => issuing.perDay[tier]

async function useOne(stage: Stage, way: Way, worth: Worth, identity: Identity, cost: Cost): Promise<WayReport> {
  const { days } = stage.preset
  const unitsPerDay = perDayOf(stage, way)
  const unitsAtOnce = await takeAll(stage, identity, unitsPerDay)
  let units = unitsAtOnce
  for (let day = 1; day <= days; day++) {
    await stage.pass(daySeconds)
    units += await takeAll(stage, identity, unitsPerDay)
  }
  const { capitalPercent } = stage.preset.market.behaviour
  const paid = (wei: bigint, got: number): Paid => ({
    messageWei: Number(wei) / (got * worth.unit.messages),
    inviteWei: Number(wei) / (got * worth.unit.invites),
    toConsumer: Number(wei) / (got * worth.unit.messages) / Number(worth.consumer.messageWei),
  })
  const gatewayWeiPerDay = BigInt(unitsPerDay) * worth.unit.wei
  const lost = cost.feesWei + cost.gasWei + cost.boundWei
  return {
    way: way.name,
    proof: way.proof,
    tier: way.tier,
    cost,
    outside: way.outside ?? null,
    unitsPerDay,
    unitsAtOnce,
    days,
    units,
    multipliesBy: cost.units === 0 ? null : (units - cost.units) / cost.units,
    firstDay: paid(paidIn(cost, 1, capitalPercent), unitsAtOnce - cost.units),
    allDays: paid(paidIn(cost, days, capitalPercent), units - cost.units),
    foundOut: paid(lost, unitsAtOnce - cost.units),
    stakeCoversDays: cost.boundWei === 0n ? null : Number(cost.boundWei) / Number(gatewayWeiPerDay),
    outsideWeiPerDay: unitsPerDay * worth.unit.messages * Number(worth.consumer.messageWei),
    gatewayWeiPerDay,
  }
}

async function useMany(stage: Stage, way: Way, identities: readonly Identity[], costs: readonly Cost[]) {
  let units = 0
  for (const identity of identities) units += await takeAll(stage, identity, perDayOf(stage, way))
  const { capitalPercent } = stage.preset.market.behaviour
  const paidWei = costs.reduce((sum, cost) => sum + paidIn(cost, 1, capitalPercent), 0n)
  return { way: way.name, identities: identities.length, units, paidWei }
}

/** One account that shows its stake, its attester's word and its age, one after the other. */
async function together(stage: Stage): Promise<SybilRun['together']> {
  const account = await everything(stage)
  const proofs = [
    byAccount(stage, 'stake', account),
    await attested(stage, account),
    byAccount(stage, 'repute', account),
  ]
  const tiers = (['high', 'middle', 'low'] as const).map((tier) => perDayOf(stage, { tier }))
  let units = 0
  for (const [i, proof] of proofs.entries()) units += await takeAll(stage, proof, tiers[i] as number)
  return { units, tier: Math.max(...tiers) }
}

/** What an account is given by each proof once the network's list names it. */
async function listed(stage: Stage): Promise<SybilRun['listed']> {
  const account = await everything(stage)
  const proofs = [
    byAccount(stage, 'stake', account),
    await attested(stage, account),
    byAccount(stage, 'repute', account),
    named(stage, account),
  ]
  const { market, economics } = stage
  const { publisher, chain } = market
  const validUntil = chain.now + BigInt(30 * daySeconds)
  const change = { publisher, version: 1n, validUntil, evidence: nothing, added: [account.address], removed: [] }
  await stage.done([economics.lists.call(publisher, 'update', [change, '0x'])])
  const answers: SybilRun['listed'][number][] = []
  for (const proof of proofs)
    answers.push({ proof: proof.kind, refused: refusedBy(await ask(stage, proof, 1)) ?? null })
  return answers
}

/** An account that stakes the most and is registered for long. */
async function everything(stage: Stage): Promise<HDAccount> {
  const { bounds, market, economics } = stage
  const account = stage.nextAccount()
  const { address } = account
  await stage.done([
    market.directory.call(address, 'register', [[]], market.preset.contracts.registrationFee),
    economics.stakes.call(address, 'stake', [address], bounds.stakeHigh),
  ])
  await stage.pass(Number(bounds.minAgeSeconds))
  return account
}

/** Addresses that prove nothing, as many as get anything, until none gets more; then an account that is only old asks. */
async function unproven(stage: Stage, signal: AbortSignal): Promise<SybilRun['unproven']> {
  const { settings, clock } = stage
  const ways = waysOf(stage)
  const none = ways.find(({ proof }) => proof === 'none') as Way
  const aged = ways.find(({ proof }) => proof === 'repute') as Way
  const { identities: old } = await aged.make(1)
  const perAddress = Math.max(1, settings.tierNone)
  const began = clock.elapsed()
  // As fast as the windows of a second and of a minute let all of them.
  const stepSeconds = Math.max(1, Math.ceil((60 * settings.allSecond) / Math.max(1, settings.allMinute)))
  let [addresses, units] = [0, 0]
  for (let refusals = 0; refusals < 2; ) {
    signal.throwIfAborted()
    const { identities } = await none.make(1)
    addresses += 1
    const answer = await ask(stage, identities[0] as Identity, perAddress)
    units += answer.given
    if (answer.given > 0) refusals = 0
    else {
      refusals += 1
      await stage.pass(stepSeconds)
    }
  }
  const seconds = (clock.elapsed() - began) / 1_000
  const bound = Math.ceil(settings.allDay * (1 + seconds / daySeconds))
  const oneMore = await ask(stage, old[0] as Identity, perDayOf(stage, aged))
  return { addresses, units, seconds, bound, aged: refusedBy(oneMore) ?? null }
}
