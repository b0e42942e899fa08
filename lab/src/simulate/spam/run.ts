import type { Logger } from 'pino'
import type { SimulatedChain } from '../chain/simulated-chain.ts'
import { type Persona, type Summary, summarize } from './books.ts'
import { type Flood, flood } from './flood.ts'
import { type Day, live, mapPersonas, type Plan } from './life.ts'
import { openMarket, type Regime } from './market.ts'
import { createPost } from './post.ts'
import type { SpamPreset } from './preset.ts'
import { type Strategy, strategiesOf } from './strategy.ts'
import { type Trial, tryStrategy } from './trial.ts'

/** How one regime went. */
export interface RegimeReport {
  readonly regime: Regime
  /** What each strategy comes to, carried out whatever it costs. */
  readonly trials: readonly Trial[]
  /** By spammer: the strategy of the least cost for a delivered invite, and the one it sends by, if any pays. */
  readonly spammers: readonly Spammer[]
  readonly personas: Readonly<Record<Persona, Summary>>
  readonly days: readonly Day[]
  readonly flood: Flood
}

export interface Spammer {
  readonly persona: Strategy['persona']
  readonly cheapest: Trial
  readonly chosen: Trial | undefined
  /** Least cost for a delivered invite, by a consumer's: the median consumer's, and that over all; null where the consumer's is 0. */
  readonly ratio: { readonly toMedian: number | null; readonly toMean: number | null }
}

export interface SpamDeps {
  readonly log: Logger
  /** Starts a chain with so many accounts. */
  startChain(): Promise<SimulatedChain>
}

const perMillion = 1_000_000n

export interface SpamOptions {
  readonly preset: SpamPreset
  readonly seed: bigint
  readonly regimes: readonly Regime[]
}

/** Runs the regimes, each on a chain of its own. */
export async function runSpam(
  deps: SpamDeps,
  { preset, seed, regimes }: SpamOptions,
  signal: AbortSignal,
): Promise<readonly RegimeReport[]> {
  const reports: RegimeReport[] = []
  for (const regime of regimes) {
    const chain = await deps.startChain()
    try {
      reports.push(await runRegime(deps, chain, preset, regime, seed, signal))
    } finally {
      await chain.stop()
    }
  }
  return reports
}

async function runRegime(
  { log }: SpamDeps,
  chain: SimulatedChain,
  preset: SpamPreset,
  regime: Regime,
  seed: bigint,
  signal: AbortSignal,
): Promise<RegimeReport> {
  const market = await openMarket(chain, preset, regime)
  const post = createPost(market)
  const { spamResponses: spam, honestResponses: honest } = preset.behaviour
  const worth = {
    spam: (spam.worth * BigInt(spam.perMillion)) / perMillion,
    honest: (honest.worth * BigInt(honest.perMillion)) / perMillion,
  }
  const from = await chain.snapshot()
  const trials: Trial[] = []
  for (const strategy of strategiesOf(regime, preset.contracts, preset.attack.volume)) {
    signal.throwIfAborted()
    trials.push(await tryStrategy(market, post, strategy, { seed, from, worthOfOne: worth.spam }))
  }
  log.info({ regime, strategies: trials.length }, 'strategies tried')
  await chain.restore(from)
  const plans = (['low-reputation spammer', 'sybil spammer'] as const).map(
    (persona): Plan => ({ persona, strategy: best(trials, persona)?.strategy }),
  )
  const life = await live(market, post, { seed, plans, worth }, signal)
  log.info({ regime, days: life.days.length }, 'life lived')
  const personas = mapPersonas(life.books, summarize)
  const flooded = await flood(market, post, seed)
  log.info({ regime, periods: flooded.periods }, 'inbox flooded')
  const spammers = plans.map(({ persona }) => spammerOf(trials, persona, personas.consumer))
  return { regime, trials, spammers, personas, days: life.days, flood: flooded }
}

/** The strategy with the greatest profit, if any pays. */
function best(trials: readonly Trial[], persona: Persona): Trial | undefined {
  const own = trials.filter(({ strategy, profitWei }) => strategy.persona === persona && profitWei > 0)
  return own.sort((a, b) => b.profitWei - a.profitWei)[0]
}

const costOf = ({ summary }: Trial): number => summary.costPerDelivered.meanWei ?? Number.POSITIVE_INFINITY

function spammerOf(trials: readonly Trial[], persona: Strategy['persona'], consumer: Summary): Spammer {
  const own = trials.filter(({ strategy }) => strategy.persona === persona)
  const cheapest = own.reduce((least, trial) => (costOf(trial) < costOf(least) ? trial : least))
  const { medianWei, meanWei } = consumer.costPerDelivered
  const by = (cost: number | null): number | null => (cost === null || cost === 0 ? null : costOf(cheapest) / cost)
  return { persona, cheapest, chosen: best(trials, persona), ratio: { toMedian: by(medianWei), toMean: by(meanWei) } }
}
