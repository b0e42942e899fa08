import type { Logger } from 'pino'
import { randomStream } from '../../load/seeded.ts'
import type { SimulatedChain } from '../chain/simulated-chain.ts'
import { audit, type Difference } from './audit.ts'
import { makers } from './makers.ts'
import { openWorld } from './open-world.ts'
import { type Step, type World, walletOf } from './world.ts'

export interface ConservationDeps {
  readonly log: Logger
  readonly chain: SimulatedChain
}

export interface ConservationOptions {
  readonly seed: bigint
  readonly actions: number
}

/** How often an action of a kind was carried out, and refused. */
interface Count {
  succeeded: number
  refused: number
}

export interface ConservationReport {
  readonly seed: string
  readonly actions: number
  readonly blocks: number
  readonly ok: boolean
  /** Where chain and books part: the actions of that block, counted from 0, each alone enough to come back to it. */
  readonly parted:
    | { readonly steps: readonly [first: number, last: number]; readonly differences: readonly Difference[] }
    | undefined
  readonly kinds: Readonly<Record<string, Count>>
  /** Wei that there was at the start. */
  readonly openingWei: string
  /** Wei at the end, by kind of place; they add up to what there was at the start. */
  readonly wei: Readonly<Record<string, string>>
}

/** Most actions of one block, and most seconds between two. */
const most = { actions: 8, seconds: 7_200 } as const

/**
 * Does so many random actions and compares chain and books after every block. Ends where they part.
 * @returns what was done, and where they part if they do.
 */
export async function runConservation(
  deps: ConservationDeps,
  { seed, actions }: ConservationOptions,
  signal: AbortSignal,
): Promise<ConservationReport> {
  const world = await openWorld(deps.chain, seed)
  const random = randomStream(world.derive, 'actions')
  const kinds: Record<string, Count> = {}
  let [done, blocks] = [0, 0]
  let differences = await audit(world)
  let first = 0
  while (done < actions && differences.length === 0) {
    signal.throwIfAborted()
    first = done
    const steps: Step[] = []
    const count = Math.min(1 + random.below(most.actions), actions - done)
    for (; steps.length < count; done += 1) steps.push(await makeStep(world, random, done))
    const now = deps.chain.now + BigInt(1 + random.below(most.seconds))
    await carryOut(world, steps, now, kinds)
    blocks += 1
    differences = await audit(world)
    if (blocks % 200 === 0) deps.log.info({ done, actions }, 'chain and books agree')
  }
  return {
    seed: String(seed),
    actions: done,
    blocks,
    ok: differences.length === 0,
    parted: differences.length === 0 ? undefined : { steps: [first, done - 1], differences },
    kinds,
    openingWei: String(world.openingWei),
    wei: sums(world),
  }
}

async function makeStep(world: World, random: ReturnType<typeof randomStream>, step: number): Promise<Step> {
  for (;;) {
    const make = makers[random.below(makers.length)] as (typeof makers)[number]
    const made = await make(world, random, step)
    if (made !== undefined) return made
  }
}

async function carryOut(
  { chain, ledger }: World,
  steps: readonly Step[],
  now: bigint,
  kinds: Record<string, Count>,
): Promise<void> {
  const outcomes = await chain.execute(
    now,
    steps.map(({ transaction }) => transaction),
  )
  const done = steps.map((step, i) => ({ step, outcome: outcomes[i] as (typeof outcomes)[number] }))
  // As the chain did them: who comes first pays less.
  for (const { step, outcome } of done.sort((a, b) => a.outcome.index - b.outcome.index)) {
    const { action, transaction, settle } = step
    kinds[action] ??= { succeeded: 0, refused: 0 }
    kinds[action][outcome.succeeded ? 'succeeded' : 'refused'] += 1
    ledger.post(walletOf(transaction.from), 'gas', outcome.gasPaid)
    if (outcome.succeeded) settle(outcome, now)
  }
}

function sums({ ledger }: World): Record<string, string> {
  const sums = new Map<string, bigint>()
  for (const [account, balance] of ledger.accounts()) {
    const place = account.split(' ')[0] as string
    sums.set(place, (sums.get(place) ?? 0n) + balance)
  }
  return Object.fromEntries([...sums].map(([place, sum]) => [place, String(sum)]))
}
